"""The teams' documents in docs/permissions.md, and the document in parameters/: what they say is so."""

import json
import re
from datetime import timedelta

import pytest
import yaml
from jsonschema import Draft202012Validator

from docs import team_schema
from shared.actors import Actor
from shared.permissions import may
from shared.questions import Person, Place, Tally, Usage, What
from shared.team import InForce, Right, Rule
from shared.team_yaml import read_team_yaml
from tests.paths import ROOT

TEXT = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "parameters" / "team.example.yaml").read_text(encoding="utf-8")
PARTS = {part.partition("\n")[0]: part for part in re.split(r"^## ", TEXT, flags=re.MULTILINE) if "```yaml" in part}
DOCUMENTS = {title: re.findall(r"```yaml\n(.*?)```", part, re.DOTALL)[0] for title, part in PARTS.items()}
QUESTIONS = [
    (title, *(cell.strip() for cell in line.strip("|").split("|")))
    for title, part in PARTS.items()
    for line in part.splitlines()
    if line.startswith("| ") and not line.startswith("| who ")
]
_WHAT = re.compile(r"(their own in )?room ([\w-]+)(?: for (\d+)([hm]))?(?: while (\d+) run)?(?: of (.+))?")


def _asker(text: str) -> tuple[Actor, Person]:
    if text.startswith("caller:"):
        return Actor(kind="webhook_caller", id=text.removeprefix("caller:")), Person()
    group = re.fullmatch(r"somebody of (S\w+)", text)
    if group is None:
        assert text in {"a member", "a guest"} or re.fullmatch(r"U\w+", text), text
    groups = frozenset({group[1]} if group else ())
    user_id = text if text.startswith("U") else "U0SOMEBODY"
    return Actor(kind="slack_user", id=user_id), Person(is_guest=text == "a guest", groups=groups)


def _place(text: str) -> Place:
    channel = re.fullmatch(r"(C\w+)( \(private\))?", text)
    assert channel or text == "no channel", text
    return Place(channel[1], is_public=not channel[2]) if channel else Place(None)


@pytest.mark.parametrize(("team", "who", "right", "where", "what", "answer"), QUESTIONS)
def test_each_answer_in_a_teams_table_is_what_the_rules_say(
    team: str, who: str, right: str, where: str, what: str, answer: str
) -> None:
    """A reader learns from the tables, so each row is asked of the document above it."""
    actor, person = _asker(who)
    found = _WHAT.fullmatch(what)
    assert found, what
    own, room, number, unit, running, place = found.groups()
    length = timedelta(**{{"h": "hours", "m": "minutes"}[unit]: int(number)}) if number else None
    owner = None if place is None else actor if own else Actor(kind="slack_user", id="U0OTHER")
    verdict = may(
        actor,
        Right(right),
        _place(where),
        What(room, length=length, owner=owner, place=None if place is None else _place(place)),
        InForce(read_team_yaml(DOCUMENTS[team]), number=1),
        Usage(at_once=Tally(int(running or 0), int(running or 0)), more=1),
        person,
    )
    announced = verdict.notice is not None and verdict.notice.before_start
    assert not verdict.needs
    assert (
        answer
        == {(True, True): "yes, announced", (True, False): "yes", (False, False): "no"}[verdict.allowed, announced]
    )


def test_five_teams_have_their_documents() -> None:
    """Each has a table with something that is allowed, and something that is refused."""
    assert len(DOCUMENTS) == 5
    for title in DOCUMENTS:
        assert {row[-1].partition(",")[0] for row in QUESTIONS if row[0] == title} == {"yes", "no"}


def test_the_schema_that_editors_read_is_up_to_date() -> None:
    """It is made from the models by `make docs`, and is a schema."""
    Draft202012Validator.check_schema(json.loads(team_schema.document()))
    assert (ROOT / "parameters" / "team.schema.json").read_text(encoding="utf-8") == team_schema.document()


@pytest.mark.parametrize("document", [EXAMPLE, *DOCUMENTS.values()])
def test_the_schema_takes_what_recordbot_takes(document: str) -> None:
    """An editor marks no value that is right, such as a room that is written as a number."""
    content = yaml.safe_load(document)  # as editors read it, by YAML's own rules
    schema = json.loads(team_schema.document())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(content)] == []
    read_team_yaml(document)


def test_the_example_and_the_page_name_every_part() -> None:
    """A reader finds each name of the document in the example, and each name of a rule in the page."""
    names = {*Rule.model_fields}
    assert {name for name in names if f"{name}:" not in EXAMPLE} == set()
    assert {name for name in names if f"| `{name}` |" not in TEXT} == set()
    assert all(f"{part}:" in EXAMPLE for part in ("rules", "operators", "callers", "presets", "channels"))
