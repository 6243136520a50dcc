"""Recordings that are planned and limited, through the whole system, with the clock of the machine."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.slack.chat import ANN
from tests.e2e.conftest import Deployment, eventually
from tests.e2e.minutes import in_minutes, pass_minutes
from tests.webhook_sender import RUNS, Sender, outcome, request, start


@pytest.fixture(name="sender")
def _sender(bot: Deployment) -> Sender:
    (caller, *_) = bot.system.callers
    return Sender(bot.system.hook_url(caller), caller.key)


def this_minute() -> str:
    """A time of day where ann is, which has begun: an hour ago may have been yesterday."""
    return f"{datetime.now(ZoneInfo(ANN.tz)):%H:%M}"


def test_a_time_of_day_is_read_in_the_person_s_zone(bot: Deployment) -> None:
    """The door asks Slack where ann is, and says so; a time that is past starts nothing."""
    bot.type(f"ROOM user001 until={this_minute()}")
    assert "is past today in Europe/Berlin" in bot.read("Nothing started")
    assert not bot.jobs()


def test_a_plan_is_listed_moved_and_cancelled(bot: Deployment) -> None:
    """It has one message, which shows it all along; nothing is started."""
    lectures = bot.new_channel()
    bot.type("ROOM user001 in=2h for=30m", channel=lectures)
    bot.read("Planned: user001 in room", "starts", channel=lectures)
    bot.type("list", channel=lectures)
    bot.read("planned for", channel=lectures)
    bot.type(f"at ROOM user001 {this_minute()}", channel=lectures)
    bot.read("Nothing moved", channel=lectures)
    bot.type("stop ROOM user001", channel=lectures)
    bot.read("the plan was cancelled", channel=lectures)
    bot.system.stack.fire_schedules(datetime.now(UTC))
    assert not bot.jobs()


def test_a_caller_s_plan_is_started_within_the_minute(bot: Deployment, sender: Sender) -> None:
    """The link tells it before, and the job afterwards, with when it ends."""
    start_at = datetime.now(UTC) + timedelta(minutes=10)
    event = start(bot.room, start_at=start_at.isoformat(), max_duration="PT90M")
    link = sender.send(event).json()["status_url"]

    def state() -> str:
        status: str = request("GET", link).json()["state"]
        return status

    eventually(lambda: state() == "planned")
    pass_minutes(bot, 10)
    in_minutes(bot, lambda: state() == "done")
    (stream,) = outcome(link)["streams"]
    (job,) = bot.jobs()
    assert stream["state"] in RUNS
    assert (stream["job_id"], stream["start_at"]) == (job.job_id, None)
    passed = start_at + timedelta(minutes=90) - datetime.fromisoformat(stream["ends_at"])
    assert passed >= timedelta(minutes=10)
    assert passed % timedelta(minutes=1) == timedelta(0)
