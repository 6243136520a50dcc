"""The team's configuration: what is a document, and what is said about each mistake."""

import json
from typing import Any

import pytest

from shared.team import MOST_PRESETS, SHIPPED, SHIPPED_RULES, Reach, Right, Team
from shared.team_document import MOST_BYTES, BadTeam, read_team, schema, team_of
from tests.paths import SAMPLES

RULE: dict[str, Any] = {"name": "teachers", "who": ["U1ANN"], "may": ["start"]}
STORED = json.loads((SAMPLES / "stored" / "configuration.json").read_text(encoding="utf-8"))
WHOLE = json.loads(STORED["document"])
"""A document that uses every name."""


def wrong(content: object) -> str:
    """What is said about a wrong document."""
    with pytest.raises(BadTeam) as refused:
        team_of(content)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "it is empty"),
        ({}, "it says nothing"),
        ([], "the document"),
        ("rules", "the document"),
        ({"rulez": []}, "rulez: Extra inputs are not permitted"),
        ({"rules": None}, "rules has no value: write one, or leave rules out"),
        ({"rules": [RULE | {"where": None}]}, "rules.0: where has no value"),
        ({"rules": [RULE | {"who": []}]}, "rules.0.who"),
        ({"rules": [RULE | {"who": ["ann"]}]}, "rules.0.who.0: 'ann' is not a user's id"),
        ({"rules": [RULE | {"who": ["everyone", "caller:Ci"]}]}, "'caller:Ci'"),
        ({"rules": [RULE | {"may": ["begin"]}]}, "rules.0.may.0: Input should be 'start'"),
        ({"rules": [RULE | {"may": []}]}, "rules.0.may"),
        ({"rules": [RULE, RULE]}, "two rules have the name 'teachers'"),
        ({"rules": [RULE | {"where": ["class"]}]}, "'class' is not a channel's id"),
        ({"rules": [RULE | {"rooms": ["[1]"]}]}, "'[1]' is not a room's id"),
        ({"rules": [RULE | {"longest": "90"}]}, "'90' is not a length of time"),
        ({"rules": [RULE | {"longest": "0m"}]}, "'0m' is not a length of time"),
        ({"rules": [RULE | {"longest": 90}]}, "'90' is not a length of time"),
        ({"rules": [RULE | {"longest": ""}]}, "'' is not a length of time"),
        ({"rules": [RULE | {"longest": "169h"}]}, "'169h' is not a length of time"),
        ({"rules": [RULE | {"at_once": {}}]}, "rules.0.at_once: it counts nothing"),
        ({"rules": [RULE | {"at_once": {"person": 0}}]}, "rules.0.at_once.person"),
        ({"rules": [RULE | {"an_hour": {"person": True}}]}, "rules.0.an_hour.person"),
        ({"rules": [RULE | {"notice": {}}]}, "it demands nothing"),
        ({"rules": [RULE | {"notice": {"wording": "Hello"}}]}, "wording needs before_start"),
        ({"operators": ["everyone"]}, "everyone can't be operators"),
        ({"callers": {"timetable": None}}, "timetable has no value"),
        ({"callers": {"U1ANN": {}}}, "'U1ANN' is not a caller's name"),
        ({"callers": {"ci": {"rooms": "100"}}}, "callers.ci.rooms"),
        ({"channels": {"C1": {"preset": "lecture"}}}, "there is no preset 'lecture'"),
        ({"channels": {"C1": {}}}, "channels.C1: name the channel's preset"),
        ({"presets": {"quiet": {"picture": "none", "sound": False}}}, "nothing would be recorded"),
        (
            {"presets": {"talk": {"picture": "none"}}, "channels": {"C1": {"preset": "talk", "sound": False}}},
            "channels.C1: no sound, and preset 'talk' has no picture",
        ),
        ({"presets": {f"p{n}": {"quality": "hd"} for n in range(MOST_PRESETS + 1)}}, "presets: "),
        ({"presets": {"quiet": {}}}, "presets.quiet: a preset chooses something"),
        ({"presets": {"quick": {"idle": "1s"}}}, "'1s' is not a length of time from 5s to 12h"),
    ],
)
def test_a_mistake_is_named_with_its_place(content: object, said: str) -> None:
    """A wrong document is refused with one line that names the place and the value."""
    assert said in wrong(content)
    assert "\n" not in wrong(content)


def test_text_that_is_no_json_is_refused() -> None:
    """A name that is there twice, or half a document, is no document."""
    for text in ("", "{", '{"rules": [], "rules": []}', "\ufeff{}", "nil"):
        with pytest.raises(BadTeam):
            read_team(text)


def test_a_huge_document_is_refused() -> None:
    """A document up to the limit is read, and one beyond it is not."""
    rules = [RULE | {"name": f"{n:04} {'x' * 60}"} for n in range(800)]
    text = json.dumps({"rules": rules})
    assert len(read_team(text).rules) == 800
    with pytest.raises(BadTeam, match="bytes; at most"):
        read_team(text + " " * MOST_BYTES)


def test_without_rules_the_shipped_ones_hold_and_with_none_nothing_does() -> None:
    """Absent `rules` are the shipped ones; `rules: []` allows nothing."""
    assert team_of({"operators": ["U1ANN"]}).rules == SHIPPED_RULES == SHIPPED.rules
    assert team_of({"rules": []}).rules == ()


def test_a_document_is_written_as_it_was_read() -> None:
    """Reading, writing and reading again gives the same document, with nothing that nobody wrote."""
    team = team_of(WHOLE)
    assert json.loads(team.as_json()) == WHOLE
    assert read_team(team.as_json()) == team
    assert json.loads(team_of({"rules": []}).as_json()) == {"rules": []}


def test_ids_that_yaml_takes_for_numbers_are_text() -> None:
    """`room: 100` in YAML is a number, and means the room "100"."""
    team = team_of({"rules": [RULE | {"rooms": [100, "lab-*"]}], "channels": {"C1": {"room": 100}}})
    assert team.rules[0].rooms == ("100", "lab-*")
    assert team.channels["C1"].room == "100"
    assert "room" in wrong({"channels": {"C1": {"room": True}}})


def test_a_caller_s_entry_is_short_for_a_rule() -> None:
    """It starts and stops in its rooms, with answers in its channels, whatever the rules say."""
    team = team_of({"rules": [], "callers": {"ci": {"rooms": ["100"]}}})
    (rule,) = team.all_rules
    assert (rule.name, rule.who, rule.may) == ("callers.ci", ("caller:ci",), (Right.START, Right.STOP_ANY))
    assert (rule.rooms, rule.where, rule.reach) == (("100",), None, Reach.ALL)
    assert team.known_callers == {"ci"}
    assert team_of({"rules": [RULE | {"who": ["caller:lab"]}]}).known_callers == {"lab"}


def test_the_schema_describes_every_name_of_the_document() -> None:
    """Each name has a description for the editor, and null fits nowhere."""
    described = schema()
    parts = [described, *(part for part in described["$defs"].values() if "properties" in part)]
    for part in parts:
        assert part["additionalProperties"] is False
        assert all(it.get("description") for it in part["properties"].values()), part["title"]
    assert '"null"' not in json.dumps(described)
    assert set(described["properties"]) == set(Team.model_fields)


def test_leaving_a_name_out_never_fails_but_where_it_is_needed() -> None:
    """Any part of a valid document may be left out, but a rule's name, who and may."""
    for name in ("where", "rooms", "record_rules", "longest", "at_once", "an_hour", "notice"):
        rule = {key: value for key, value in WHOLE["rules"][0].items() if key != name}
        assert name not in team_of({"rules": [rule]}).rules[0].model_fields_set
    for name in ("name", "who", "may"):
        rule = {key: value for key, value in WHOLE["rules"][0].items() if key != name}
        assert f"rules.0.{name}" in wrong({"rules": [rule]})
