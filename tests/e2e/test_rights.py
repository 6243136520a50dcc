"""The roles of template.yaml allow what functions and schedules do on AWS: all of it, and no more."""

from datetime import UTC, datetime

import pytest

from local.rtc.faults import Fault
from tests.e2e.conftest import Deployment, eventually
from tests.template import FUNCTIONS, RESOURCES, ROLES, SCHEDULES, granted
from tests.webhook_sender import RUNS, Sender, an_event, outcome, start

pytestmark = pytest.mark.drill

LAMBDA_S_OWN = {
    *((name, f"logs:{action}") for name in FUNCTIONS for action in ("CreateLogStream", "PutLogEvents")),
    *(("RecorderFunction", f"xray:{action}") for action in ("PutTraceSegments", "PutTelemetryRecords")),
    *(("RecorderFunction", f"sqs:{action}") for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
}
"""What Lambda does in a function's name: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""

WITH_A_BUS = {("RecorderFunction", "events:PutEvents")}
"""This system sends no events. tests/integration/test_page.py needs this right, in a system that does."""


@pytest.fixture(name="calls")
def _calls(bot: Deployment) -> set[tuple[str, str, str]]:
    """What was called on AWS, as (function or schedule, action, resource), after everything that they can come to."""
    bot.type("ROOM user001")
    bot.read("🔴 Recording user001")
    bot.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start")
    bot.type("ROOM user002")
    bot.read("⛔ Not recorded: user002")
    bot.rtc.misbehave(Fault(status=500, error_code="RTC.00002001"), operation="start")
    bot.type("ROOM user003")
    bot.read("🔴 Recording user003")
    bot.type("status ROOM")
    bot.read("🔴 user003")
    bot.type("again")
    bot.read("your last start here isn't over")
    _call_the_webhook(bot)
    _let_a_minute_pass(bot)
    return {(it.caller, it.action, it.resource) for it in bot.system.stack.aws_calls() if it.caller in ROLES}


def _call_the_webhook(bot: Deployment) -> None:
    """A start that is tried again, a list, a stop of what runs, and one by a job: looked up for a limited caller."""
    free, limited = (Sender(bot.system.hook_url(caller), caller.key) for caller in bot.system.callers)
    bot.rtc.misbehave(Fault(status=500, error_code="RTC.00002001"), operation="start")
    begun = free.send(start(bot.room, "user004"))
    assert {stream["state"] for stream in outcome(begun.json()["status_url"])["streams"]} <= RUNS
    assert bot.room in {it["room_id"] for it in free.own_recordings().json()["recordings"]}
    stop = free.send(an_event("recording.stop", {"room_id": bot.room, "user_id": "user001"}))
    assert [stream["state"] for stream in outcome(stop.json()["status_url"])["streams"]] == ["stopped"]
    job = an_event("recording.stop", {"job_id": bot.jobs()[0].job_id})
    assert limited.send(job).status_code == 422


def _let_a_minute_pass(bot: Deployment) -> None:
    """Fire the schedules, and wait until their messages are processed."""
    now = datetime.now(UTC)
    bot.system.stack.fire_schedules(now)
    if SCHEDULES:
        time = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        eventually(lambda: any(time in it.event.decode() and it.seconds is not None for it in bot.calls))


def test_the_roles_allow_exactly_what_is_called(bot: Deployment, calls: set[tuple[str, str, str]]) -> None:
    """A right too few fails on AWS alone; one too many is found by whoever breaks in."""
    assert _allowed(bot) == calls


def _allowed(bot: Deployment) -> set[tuple[str, str, str]]:
    """What the roles allow, as `calls`, without what only Lambda itself does."""
    return {
        (name, action, _as_called(bot, target))
        for name, role in ROLES.items()
        for action, target in granted(RESOURCES[role]["Properties"])
        if (name, action) not in LAMBDA_S_OWN | WITH_A_BUS
    }


def _as_called(bot: Deployment, target: object) -> str:
    """How a call names what a statement is about."""
    match target:
        case {"Ref": str(secret)}:
            return secret
        case {"Fn::GetAtt": [str(name), "Arn"]} if name.endswith("Table"):
            return bot.system.stack.table_name(name)
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return bot.system.stack.queue_url(name)
        case {"Fn::Sub": str(text)}:  # "${Table.Arn}/index/INDEX"
            table, _, index = text.removeprefix("${").partition(".Arn}")
            return bot.system.stack.table_name(table) + index
        case _:
            raise AssertionError(f"a statement about {target}")
