"""People's time zones: Slack is asked once an hour for each, and never keeps a command from being answered."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC
from typing import Any, override
from zoneinfo import ZoneInfo

import pytest

from bot.slack_api import CannotDeliver, SlackApi, TryLater
from bot.time_zones import KEPT, TimeZones
from local.slack.chat import ANN, BEN
from local.slack.web_api import SCOPES
from local.slack.workspace import SlackWorkspace


@pytest.fixture(name="slack", scope="module")
def _slack() -> Iterator[SlackWorkspace]:
    with closing(SlackWorkspace()) as slack:
        yield slack


def test_slack_says_where_a_person_is(slack: SlackWorkspace) -> None:
    """Each person has their own zone; of somebody unknown to Slack it is UTC."""
    zones = TimeZones(SlackApi(api_url=slack.api_url, bot_token=slack.bot_token))
    assert [zones.of(it) for it in (ANN.user_id, BEN.user_id, "U0NOBODY")] == [
        ZoneInfo("Europe/Berlin"),
        ZoneInfo("America/New_York"),
        UTC,
    ]


def test_without_the_scope_it_is_utc() -> None:
    """An app that was installed before the scope was there goes on."""
    with closing(SlackWorkspace(scopes=SCOPES - {"users:read"})) as slack:
        assert TimeZones(SlackApi(api_url=slack.api_url, bot_token=slack.bot_token)).of(ANN.user_id) is UTC


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
    zones = TimeZones(_Slack(answer, {"tz": "Europe/Berlin"}))
    assert zones.of("U1") is UTC
    assert zones.of("U1") == ZoneInfo("Europe/Berlin")


def test_a_zone_is_kept_for_an_hour() -> None:
    """Then it is asked for again: people travel."""
    now = [0.0]
    zones = TimeZones(_Slack({"tz": "Europe/Berlin"}, {"tz": "Asia/Kathmandu"}), lambda: now[0])
    read = []
    for now[0] in (0.0, KEPT - 1, KEPT):
        read.append(str(zones.of("U1")))
    assert read == ["Europe/Berlin", "Europe/Berlin", "Asia/Kathmandu"]
