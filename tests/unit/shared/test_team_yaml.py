"""The team's configuration as YAML: what people write, and what two readers could understand differently."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.team import SHIPPED
from shared.team_changes import changes
from shared.team_document import MOST_BYTES, BadTeam, read_team
from shared.team_yaml import read_team_yaml, written
from tests.paths import SAMPLES

STORED = json.loads((SAMPLES / "stored" / "configuration.json").read_text(encoding="utf-8"))
RULE = "rules:\n  - {name: teachers, who: [U1ANN], may: [start]"


def wrong(text: str) -> tuple[str, ...]:
    """What is said about a wrong document."""
    with pytest.raises(BadTeam) as refused:
        read_team_yaml(text)
    return refused.value.problems


def test_yaml_and_json_say_the_same() -> None:
    """A document means what its JSON means that is stored beside it, and what it is written as anew."""
    team = read_team_yaml(STORED["source"])
    assert team == read_team(STORED["document"])
    for each in (team, SHIPPED):
        assert read_team_yaml(written(each)) == each


def test_an_id_stays_as_it_is_written() -> None:
    """A room's id is never read as another number, a time or a truth value, as YAML 1.1 would."""
    ids = ["0100", "100", "1_000", "0x1F", "1e3", "010", "on", "no", "2026-01-02", "-7"]
    team = read_team_yaml(f"{RULE}, rooms: [{', '.join(ids)}]}}\n")
    assert team.rules[0].rooms == tuple(ids)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ("it is empty",)),
        ("# only a comment\n", ("it is empty",)),
        ("rules: []\nrules: []\n", ("line 2: rules is there twice",)),
        ("callers:\n  ci: {}\n  'ci': {}\n", ("line 3: ci is there twice",)),
        (f"{RULE}, where: &here [C1]}}\n", ("line 2: anchors (&) and aliases (*) are not possible",)),
        ("rules: *shipped\n", ("line 1: anchors",)),
        ("rules: !!python/name:os.system []\n", ("line 1: tags (!) are not possible",)),
        ("? [a, b]\n: 1\n", ("line 1: a name has to be a text",)),
        ("rules: [\n", ("line 2, column 1: it is no YAML",)),
        ("rules: []\n---\nrules: []\n", ("line 2, column 1: it is no YAML: but found another document",)),
        ("rules: \x00\n", ("the character U+0000 can't be in it",)),
        (f"{'[' * 500}{']' * 500}", ("line 1: it is nested too deeply",)),
        ("x" * (MOST_BYTES + 1), (f"it has {MOST_BYTES + 1} bytes",)),
        (
            f"{RULE}}}\n  - name: others\n    who: [ann]\n    may: [begin]\n",
            ("line 4, rules.1.who.0", "line 5, rules.1.may"),
        ),
        (f"{RULE}, longest: 90}}\n", ("line 2, rules.0.longest: '90' is not a length of time",)),
        ("channels:\n  class: {room: 1}\n", ("line 2, channels.class",)),
        ("presets:\n  quick: {idle: 1s}\n", ("line 2, presets.quick.idle",)),
        ("callers:\n  ci:\n", ("line 1, callers: ci has no value",)),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, said: tuple[str, ...]) -> None:
    """Each wrong place is a line of its own, with the number of its line in the document."""
    problems = wrong(text)
    assert len(problems) == len(said)
    for problem, part in zip(problems, said, strict=True):
        assert part in problem
        assert "\n" not in problem


@given(st.text(alphabet=st.sampled_from("rules:[]{}-\n \t'\"&*!#%@|>,?~0é\x85"), max_size=60) | st.text(max_size=60))
def test_any_text_is_a_document_or_a_named_mistake(text: str) -> None:
    """Whatever people write, there is a document or a BadTeam, and no other error."""
    with contextlib.suppress(BadTeam):
        assert read_team_yaml(text) == read_team_yaml(text)


def test_a_change_is_named_by_what_it_means() -> None:
    """A rule is found by its name; comments and the order of rules change nothing."""
    before = read_team_yaml(
        "rules:\n- {name: a, who: [U1], may: [start], longest: 2h}\n- {name: b, who: [U2], may: [list]}\n"
        "callers: {ci: {}}\noperators: [U1]\n"
    )
    reordered = (
        "# new\nrules:\n- {name: b, who: [U2], may: [list]}\n- {name: a, who: [U1], may: [start], longest: %s}\n%s"
    )
    same = read_team_yaml(reordered % ("120m", "callers: {ci: {}}\noperators: [U1]\n"))
    assert changes(before, same) == []
    after = read_team_yaml(reordered % ("4h", "callers: {ci: {rooms: [1]}, lab: {}}\npresets: {lecture: {for: 90m}}\n"))
    assert [str(change) for change in changes(before, after)] == [
        "~ rules > a > longest: 2h → 4h",
        "- operators: U1",
        "+ callers > ci > rooms: 1",
        "+ callers > lab: {}",
        '+ presets > lecture: {"for": "90m"}',
    ]


def test_no_rules_at_all_is_a_change() -> None:
    """A document that leaves the rules out keeps the shipped ones; one that has none takes them away."""
    assert changes(SHIPPED, read_team_yaml("operators: [U1]\n"))[0].place == ("operators",)
    gone = changes(SHIPPED, read_team_yaml("rules: []\n"))
    assert [change.place for change in gone] == [("rules", rule.name) for rule in SHIPPED.rules]
    assert all(change.after is None for change in gone)
