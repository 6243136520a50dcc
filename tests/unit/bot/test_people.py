"""What Slack says of people: their time zone, whether they are guests, and their user groups."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC
from typing import Any, override
from zoneinfo import ZoneInfo

import pytest

from bot.people import KEPT, RIGHTS_KEPT, People
from bot.slack_api import CannotDeliver, SlackApi, TryLater
from local.slack import chat
from local.slack.chat import ANN, BEN
from local.slack.web_api import SCOPES
from local.slack.workspace import SlackWorkspace
from shared.questions import NOT_SAID, Need, Person


@pytest.fixture(name="slack", scope="module")
def _slack() -> Iterator[SlackWorkspace]:
    with closing(SlackWorkspace()) as slack:
        yield slack


def test_slack_says_where_a_person_is(slack: SlackWorkspace) -> None:
    """Each person has their own zone; of somebody unknown to Slack it is UTC."""
    zones = People(SlackApi(api_url=slack.api_url, bot_token=slack.bot_token))
    assert [zones.zone_of(it) for it in (ANN.user_id, BEN.user_id, "U0NOBODY")] == [
        ZoneInfo("Europe/Berlin"),
        ZoneInfo("America/New_York"),
        UTC,
    ]


def test_without_the_scope_it_is_utc() -> None:
    """An app that was installed before the scope was there goes on."""
    with closing(SlackWorkspace(scopes=SCOPES - {"users:read"})) as slack:
        assert People(SlackApi(api_url=slack.api_url, bot_token=slack.bot_token)).zone_of(ANN.user_id) is UTC


class _Slack(SlackApi):
    """Slack as it says or fails to say where people are."""

    def __init__(self, *answers: object) -> None:
        super().__init__(api_url="https://slack.invalid/api/", bot_token="xoxb-1")  # made up
        self.answers = list(answers)

    @override
    def call(self, method: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"ok": True, "user": answer}


@pytest.mark.parametrize(
    "answer",
    [
        TryLater(None, "away"),
        CannotDeliver("missing_scope"),
        {"tz": None},
        {"tz": "Mars/Olympus"},
        {"tz": "../../etc/passwd"},
        {"tz": ""},
        {},
        None,
        "ann",
    ],
)
def test_what_says_no_zone_is_utc_and_asked_for_again(answer: object) -> None:
    """It is not kept: the next command may learn the zone."""
    zones = People(_Slack(answer, {"tz": "Europe/Berlin"}))
    assert zones.zone_of("U1") is UTC
    assert zones.zone_of("U1") == ZoneInfo("Europe/Berlin")


def test_a_zone_is_kept_for_an_hour() -> None:
    """Then it is asked for again: people travel."""
    now = [0.0]
    zones = People(_Slack({"tz": "Europe/Berlin"}, {"tz": "Asia/Kathmandu"}), lambda: now[0])
    read = []
    for now[0] in (0.0, KEPT - 1, KEPT):
        read.append(str(zones.zone_of("U1")))
    assert read == ["Europe/Berlin", "Europe/Berlin", "Asia/Kathmandu"]


def a_workspace(*people: chat.Person, scopes: frozenset[str] = SCOPES) -> SlackWorkspace:
    """A workspace of these people."""
    return SlackWorkspace(people=people, scopes=scopes)


OUTSIDER = chat.Person("U0OUT", "outsider", team_id="T0OTHER")
GUEST = chat.Person("U0GUEST", "guest", is_guest=True, groups=frozenset({"S1LABS"}))
TEACHER = chat.Person("U0TEACHER", "teacher", groups=frozenset({"S1LABS", "S2TEACHERS"}))
ALL = frozenset(Need)


def test_guests_people_of_other_organisations_and_user_groups_are_known() -> None:
    """Of each person, what a rule may ask; of somebody unknown to Slack, that nothing is said."""
    with closing(a_workspace(OUTSIDER, GUEST, TEACHER)) as slack:
        people = People(SlackApi(api_url=slack.api_url, bot_token=slack.bot_token))
        assert people.person(OUTSIDER.user_id, ALL) == Person(is_guest=True, groups=frozenset())
        assert people.person(GUEST.user_id, ALL) == Person(is_guest=True, groups=frozenset({"S1LABS"}))
        assert people.person(TEACHER.user_id, ALL) == Person(is_guest=False, groups=TEACHER.groups)
        assert people.person("U0NOBODY", ALL) == NOT_SAID


def test_only_what_is_needed_is_asked() -> None:
    """Nothing is asked of Slack that no rule depends on, and within some minutes nothing twice."""
    now = [0.0]
    slack = _Slack({"is_restricted": True}, {"is_restricted": False})
    people = People(slack, lambda: now[0])
    assert people.person("U1", frozenset()) == NOT_SAID
    assert len(slack.answers) == 2
    for now[0] in (0.0, RIGHTS_KEPT - 1):
        assert people.person("U1", frozenset({Need.MEMBERSHIP})).is_guest
    assert len(slack.answers) == 1


def test_without_a_scope_nothing_is_said_and_while_slack_is_away_the_recorder_waits() -> None:
    """A missing scope is no reason to wait. A person who waits for an answer is answered at once."""
    with closing(a_workspace(GUEST, scopes=SCOPES - {"users:read", "usergroups:read"})) as slack:
        people = People(SlackApi(api_url=slack.api_url, bot_token=slack.bot_token))
        assert people.person(GUEST.user_id, ALL) == NOT_SAID
    away = People(_Slack(TryLater(None, "away"), TryLater(None, "away")))
    with pytest.raises(TryLater):
        away.person("U1", ALL)
    assert away.person_at_once("U1", ALL) == NOT_SAID
