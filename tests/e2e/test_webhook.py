"""Other systems start and stop recordings: through HTTP, queue, table and processes, by a sender that isn't ours."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from local.slack.chat import CLASS_RECORDINGS
from shared.log_events import LogEvent
from tests.e2e.conftest import Deployment, eventually
from tests.processes import DRAIN_S
from tests.webhook_sender import LIMIT_S, RUNS, Sender, an_event, outcome, start

FORGED = "whsec_" + base64.b64encode(b"a key that nobody was given....").decode()


@pytest.fixture(name="sender")
def _sender(bot: Deployment) -> Sender:
    """A caller that may do all."""
    caller = bot.system.callers[0]
    return Sender(bot.system.hook_url(caller), caller.key)


def _footprint(bot: Deployment) -> tuple[int, int, int, list[bool]]:
    """What orders leave behind once the queue is empty: lines of the door, items in the ledger, starts, and stops."""
    bot.system.stack.wait_until_drained(DRAIN_S)
    placed = sum(LogEvent.ORDER_PLACED in line for line in bot.logs if line.startswith("WebhookFunction"))
    return placed, len(bot.items()), bot.starts(), [job.state == "STOPPED" for job in bot.jobs()]


def test_a_start_is_accepted_recorded_and_told(bot: Deployment, sender: Sender) -> None:
    """202 with a link, which tells job and stream; Slack's channel reads who asked, as plain text."""
    answer = sender.send(start(bot.room, notify={"channel": CLASS_RECORDINGS.channel_id}))
    assert answer.status_code == 202
    (stream,) = outcome(answer.json()["status_url"])["streams"]
    (job,) = bot.jobs()
    assert stream["state"] in RUNS
    assert stream["job_id"] == job.job_id
    assert stream["stream_name"] == f"s_{job.job_id}_{bot.room}_user001"
    assert stream["request_id"] in {call.request_id for call in bot.rtc.calls()}
    assert job.parameters.max_idle_time == 30
    assert "by demo" in bot.read(f"job {job.job_id}")


def test_several_streams_and_the_api_s_own_types(bot: Deployment, sender: Sender) -> None:
    """A list; ids as numbers; null for no video; an error of RTC's with its code and request id."""
    data = [{"room_id": bot.room, "user_id": 7, "video_type": None}, {"room_id": bot.room, "user_id": "7"}]
    streams = outcome(sender.send(an_event("recording.start", data)).json()["status_url"])["streams"]
    assert [(stream["user_id"], stream["state"] in RUNS) for stream in streams] == [("7", True)] * 2
    assert [job.parameters.video_type for job in bot.jobs()] == [None, "CAMERASTREAM"]


def test_a_stop_ends_what_was_started(bot: Deployment, sender: Sender) -> None:
    """By room and user, right after the start; by job id once more, which is as good as done."""
    outcome(sender.send(start(bot.room)).json()["status_url"])
    by_user = an_event("recording.stop", {"room_id": bot.room, "user_id": "user001"})
    (stream,) = outcome(sender.send(by_user).json()["status_url"])["streams"]
    (job,) = bot.jobs()
    assert (stream["state"], stream["job_id"], job.state) == ("stopped", job.job_id, "STOPPED")
    by_job = an_event("recording.stop", {"job_id": job.job_id}, notify={"channel": CLASS_RECORDINGS.channel_id})
    assert outcome(sender.send(by_job).json()["status_url"])["streams"][0]["state"] == "stopped"
    assert "by demo" in bot.read(f"⏹️ Stopped user001 in room {bot.room}")
    outcome(sender.send(start(bot.room)).json()["status_url"])
    assert len(bot.jobs()) == 2, "the stream is free again"


def test_the_same_event_again_starts_nothing(bot: Deployment, sender: Sender) -> None:
    """The same answer, at once and once it is done; another body under its id is a conflict."""
    event = start(bot.room)
    first = sender.send(event, f"{bot.room}-1").json()
    assert sender.send(event, f"{bot.room}-1").json() == first
    outcome(first["status_url"])
    assert sender.send(event, f"{bot.room}-1").json() == first
    conflict = sender.send(start(bot.room, "user002"), f"{bot.room}-1")
    assert (conflict.status_code, conflict.headers["content-type"]) == (409, "application/problem+json")
    bot.system.stack.wait_until_drained(DRAIN_S)
    assert bot.starts() == 1


NO_EVENT = b'{"type": "recording.start"}'

type Attack = Callable[[Sender, bytes], tuple[bytes, dict[str, str]]]

ATTACKS: dict[str, tuple[int, Attack]] = {
    "unsigned": (401, lambda _, body: (body, {"Content-Type": "application/json"})),
    "forged": (401, lambda sender, body: (body, Sender(sender.url, FORGED).headers(body, "evt"))),
    "old": (401, lambda sender, body: (body, sender.headers(body, "evt", off=-310))),
    "future": (401, lambda sender, body: (body, sender.headers(body, "evt", off=310))),
    "another id": (401, lambda sender, body: (body, sender.headers(body, "evt") | {"Webhook-Id": "evt2"})),
    "another action": (
        401, lambda sender, body: (body.replace(b".start", b".stop", 1), sender.headers(body, "evt"))
    ),
    "another room": (401, lambda sender, body: (body.replace(b"user001", b"user002"), sender.headers(body, "evt"))),
    "cut": (401, lambda sender, body: (body[:-1], sender.headers(body, "evt"))),
    "cut before it was signed": (400, lambda sender, body: (body[:-1], sender.headers(body[:-1], "evt"))),
    "written anew": (
        401, lambda sender, body: (json.dumps(json.loads(body), indent=1).encode(), sender.headers(body, "evt"))
    ),
    "in UTF-16": (401, lambda sender, body: (body.decode().encode("utf-16"), sender.headers(body, "evt"))),
    "in base64": (401, lambda sender, body: (base64.b64encode(body), sender.headers(body, "evt"))),
    "key not decoded": (
        401,
        lambda sender, body: (
            body,
            Sender(sender.url, "whsec_" + base64.b64encode(sender.key.encode()).decode()).headers(body, "evt"),
        ),
    ),
    "as a form": (
        415,
        lambda sender, body: (
            body, sender.headers(body, "evt") | {"Content-Type": "application/x-www-form-urlencoded"}
        ),
    ),
    "oversized": (413, lambda sender, body: (body + b" " * 64_000, sender.headers(body + b" " * 64_000, "evt"))),
    "no event": (422, lambda sender, _: (NO_EVENT, sender.headers(NO_EVENT, "evt"))),
}  # fmt: skip


def test_what_is_not_right_is_refused_and_orders_nothing(bot: Deployment, sender: Sender) -> None:
    """As a problem, with nothing on the queue, in the ledger or at RTC."""
    before = _footprint(bot)
    for name, (status, attack) in ATTACKS.items():
        body, headers = attack(sender, json.dumps(start(bot.room)).encode())
        refused = sender.post(body, headers)
        problem: dict[str, Any] = refused.json()
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json"), name
        assert problem["request_id"] == refused.headers["x-request-id"]
    assert _footprint(bot) == before


def test_neither_the_caller_nor_a_recorded_request_can_be_swapped(bot: Deployment, sender: Sender) -> None:
    """One caller's request is refused at another's hook; at its own, sent again, it starts nothing."""
    limited = bot.system.callers[1]
    body = json.dumps(start(bot.room)).encode()
    headers = sender.headers(body, bot.room)
    before = _footprint(bot)
    for url in (bot.system.hook_url(limited), sender.url + "x", sender.url.replace("demo", "nobody")):
        assert Sender(url, sender.key).post(body, headers).status_code == 401
    assert _footprint(bot) == before
    outcome(sender.post(body, headers).json()["status_url"])
    after = _footprint(bot)
    assert sender.post(body, headers).status_code == 202
    assert (_footprint(bot), bot.starts()) == (after, 1)


def test_a_limited_caller_can_use_its_rooms_only(bot: Deployment, sender: Sender) -> None:
    """Neither start elsewhere, nor stop another's job, nor tell a channel."""
    outcome(sender.send(start(bot.room)).json()["status_url"])
    (job,) = bot.jobs()
    caller = bot.system.callers[1]
    limited = Sender(bot.system.hook_url(caller), caller.key)
    before = _footprint(bot)
    for event in (
        start(bot.room),
        start("100", notify={"channel": "C1"}),
        an_event("recording.stop", {"job_id": job.job_id}),
        an_event("recording.stop", {"room_id": bot.room, "user_id": "user001"}),
    ):
        assert limited.send(event).status_code == 422
    assert _footprint(bot) == before
    assert limited.send(an_event("ping", {})).json()["rooms"] == ["100"]


def test_an_event_that_was_broken_off_is_sent_again(bot: Deployment, sender: Sender) -> None:
    """In the middle of its body nothing was taken; before its answer it was, and the repetition starts nothing."""
    for number, in_the_body in enumerate([True, False]):
        event = start(bot.room, f"user{number}")
        sender.break_off(event, f"{bot.room}-{number}", in_the_body=in_the_body)
        outcome(sender.send(event, f"{bot.room}-{number}").json()["status_url"])
    bot.system.stack.wait_until_drained(DRAIN_S)
    assert (sorted(job.parameters.user_id for job in bot.jobs()), bot.starts()) == (["user0", "user1"], 2)


def test_the_description_is_served(bot: Deployment) -> None:
    """As it is committed."""
    served = requests.get(f"{bot.system.stack.endpoint}/openapi.json", timeout=LIMIT_S)
    assert served.json() == json.loads(Path("docs/openapi.json").read_text(encoding="utf-8"))


def test_a_status_link_that_was_changed_opens_nothing(bot: Deployment, sender: Sender) -> None:
    """Read-only, and of one order."""
    link = sender.send(start(bot.room)).json()["status_url"]
    assert requests.get(link[:-1], timeout=LIMIT_S).status_code == 404
    assert requests.post(link, timeout=LIMIT_S).status_code == 405
    eventually(lambda: requests.get(link, timeout=LIMIT_S).json()["state"] == "done")
