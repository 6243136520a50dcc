"""What an order's status tells, from its acceptance to its end."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.webhook_api.status_link import LIFETIME
from shared.attempts import Attempt, Duplicate, Started, State, Unknown
from shared.failures import FailureKind
from shared.orders import LATEST_END, Stop
from shared.stops import StopRecord
from tests.builders import a_failure, a_job, a_lock, requests_of, unknown
from tests.webhook_around import START, Around
from tests.webhook_requests import NOW, a_request, an_event, signed


def test_the_link_opens_the_order_s_status(around: Around) -> None:
    """Accepted before the recorder has begun, working afterwards."""
    link = around.ask()[1]["status_url"].removeprefix("https://example.com")
    assert around.ask(path=link, method="GET")[1]["state"] == "accepted"
    around.ledger.orders.record_request(around.orders[0], datetime.fromtimestamp(NOW, UTC))
    status, told = around.ask(path=link, method="GET")
    assert (status, told["state"], told["placed_at"]) == (200, "working", "2026-03-02T10:30:00Z")
    assert [(it["user_id"], it["state"], it["began_at"]) for it in told["streams"]] == [("user001", "working", None)]


def test_a_stop_that_is_on_its_way_says_what_it_is_to_stop(around: Around) -> None:
    """Before the recorder has found out what there is."""
    link = around.ask(an_event(type_="recording.stop", data={"job_id": "7"}))[1]["status_url"]
    around.ledger.orders.record_request(around.orders[0], datetime.fromtimestamp(NOW, UTC))
    told = around.ask(path=link.removeprefix("https://example.com"), method="GET")[1]
    assert (told["state"], [(it["job_id"], it["state"]) for it in told["streams"]]) == ("working", [("7", "working")])


def test_the_link_of_a_body_that_was_dropped_opens_nothing(around: Around) -> None:
    """Two came under one webhook-id before the recorder began: only the first one's link tells what was done."""
    links = [
        around.ask(body)[1]["status_url"].removeprefix("https://example.com")
        for body in (an_event(), an_event({"room_id": 100, "user_id": "user002"}))
    ]
    around.ledger.orders.record_request(around.orders[0], datetime.fromtimestamp(NOW, UTC))
    (status, told), (conflict, problem) = (around.ask(path=link, method="GET") for link in links)
    assert (status, [it["user_id"] for it in told["streams"]]) == (200, ["user001"])
    assert (conflict, "another body" in problem["detail"]) == (409, True)


def test_a_link_ends_after_a_week(around: Around) -> None:
    """410, which isn't the answer to one that never was."""
    link = around.ask()[1]["status_url"].removeprefix("https://example.com")
    around.now += LIFETIME.total_seconds()
    assert around.ask(path=link, method="GET")[0] == 200
    around.now += 3600
    assert around.ask(path=link, method="GET")[0] == 410


STOP = an_event(type_="recording.stop", data={"job_id": "7"})


@pytest.mark.parametrize(
    ("body", "begun", "state", "why"),
    [
        (an_event(), None, "not_started", "out_of_time"),
        (an_event(), State.WAITING, "not_started", "out_of_time"),
        (an_event(), State.CALLING, "unknown", None),
        (STOP, None, "not_stopped", "out_of_time"),
        (STOP, State.CALLING, "not_stopped", "out_of_time"),
    ],
)
def test_nothing_is_on_its_way_for_ever(
    around: Around, body: bytes, begun: State | None, state: str, why: str | None
) -> None:
    """An hour after it was placed an order is done, whatever became of its message."""
    link = around.ask(body)[1]["status_url"].removeprefix("https://example.com")
    (order,) = around.orders
    began_at = datetime.fromtimestamp(NOW, UTC)
    around.ledger.orders.record_request(order, began_at)
    if begun is not None and isinstance(order.action, Stop):
        around.ledger.stops.begin(
            StopRecord(order_id=order.order_id, actor=order.actor, began_at=began_at, targets=(order.action.target(),)),
            began_at,
        )
    elif begun is not None:
        attempt = around.ledger.attempts.claim(order, 0, requests_of(order)[0], began_at)
        assert isinstance(attempt, Attempt)
        if begun is State.WAITING:
            around.ledger.attempts.store(attempt.waiting(), began_at)
    around.now += LATEST_END.total_seconds()
    assert around.ask(path=link, method="GET")[1]["state"] == "working"
    around.now += 1
    told = around.ask(path=link, method="GET")[1]
    assert (told["state"], [(it["state"], it["error_msg"]) for it in told["streams"]]) == ("done", [(state, why)])


def _status_of(around: Around, outcome: Started | Unknown) -> Any:
    """What the link of the usual order tells of its stream, of which that came."""
    return _status_after(around, lambda attempt: attempt.settled(outcome, datetime.fromtimestamp(NOW, UTC)))


def _status_after(around: Around, called: Callable[[Attempt], Attempt]) -> Any:
    """What the link tells of the stream after its call."""
    link = around.ask()[1]["status_url"].removeprefix("https://example.com")
    (order,) = around.orders
    now = datetime.fromtimestamp(NOW, UTC)
    around.ledger.orders.record_request(order, now)
    attempt = around.ledger.attempts.claim(order, 0, requests_of(order)[0], now)
    assert isinstance(attempt, Attempt)
    around.ledger.attempts.store(called(attempt), now)
    (stream,) = around.ask(path=link, method="GET")[1]["streams"]
    return stream


def test_what_rtc_says_of_a_job_reaches_the_caller(around: Around) -> None:
    """Its times, why and how it ended, and in what it differs from the request."""
    job = a_job(
        app_id="app2",
        max_idle_time=60,
        select_stream_type="FHD",
        state="STOPPED",
        start_time="2026-03-02T10:30:00Z",
        stop_time="2026-03-02T10:31:00Z",
        update_time="2026-03-02T10:31:01Z",
        stop_reason="INTERNAL_ERROR",
        description="no luck",
    )
    stream = _status_of(around, Started(job=job, app_id="app1"))
    assert (stream["job_state"], stream["stop_reason"], stream["description"]) == (
        "STOPPED",
        "INTERNAL_ERROR",
        "no luck",
    )
    assert [stream[f"{name}_time"] for name in ("start", "stop", "update")] == [
        "2026-03-02T10:30:00Z", "2026-03-02T10:31:00Z", "2026-03-02T10:31:01Z"
    ]  # fmt: skip
    assert stream["differences"] == [
        {"field": "app_id", "asked": "app1", "answered": "app2"},
        {"field": "max_idle_time", "asked": 30, "answered": 60},
    ]


@pytest.mark.parametrize(("name", "source"), [(None, "naming_rule"), ("s_of_rtc", "rtc")])
def test_a_name_made_by_the_naming_rule_is_marked(around: Around, name: str | None, source: str) -> None:
    """A caller knows whether RTC said it."""
    stream = _status_of(around, Started(job=a_job(stream_name=name)))
    assert (stream["stream_name"], stream["stream_name_from"]) == (name or "s_1_100_user001", source)


def test_a_job_whose_id_cannot_be_used_is_told(around: Around) -> None:
    """Its outcome is unknown, but an operator can look for it."""
    failure = a_failure(FailureKind.OUTCOME_UNKNOWN, job_id="two words")
    stream = _status_of(around, unknown(failure))
    assert (stream["state"], stream["job_id"]) == ("unknown", "two words")


def test_a_duplicate_has_the_name_of_the_stream(around: Around) -> None:
    """And the state of the job that holds it, as RTC showed it."""
    link = around.ask()[1]["status_url"].removeprefix("https://example.com")
    (order,) = around.orders
    now = datetime.fromtimestamp(NOW, UTC)
    around.ledger.orders.record_request(order, now)
    duplicate = Duplicate(lock=a_lock(), job=a_job(state="RUNNING"))
    around.ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], duplicate, now)
    (stream,) = around.ask(path=link, method="GET")[1]["streams"]
    told = (stream["job_id"], stream["stream_name"], stream["stream_name_from"], stream["job_state"])
    assert told == ("1", "s_1_100_user001", "rtc", "RUNNING")


def test_a_stream_that_waits_says_what_rtc_said(around: Around) -> None:
    """It is still working: recordbot tries again."""
    stream = _status_after(around, lambda it: it.waiting(a_failure(FailureKind.THROTTLED, status=429)))
    assert (stream["state"], stream["error_msg"], stream["request_id"]) == ("working", "JobExceed", "3f2a")


def test_a_stream_without_a_call_has_no_beginning(around: Around) -> None:
    """RTC was not asked for a duplicate, so `began_at` is null; when that was settled is told."""
    link = around.ask()[1]["status_url"].removeprefix("https://example.com")
    (order,) = around.orders
    now = datetime.fromtimestamp(NOW, UTC)
    around.ledger.orders.record_request(order, now)
    around.ledger.attempts.settle_uncalled(order, 0, requests_of(order)[0], Duplicate(lock=a_lock()), now)
    (stream,) = around.ask(path=link, method="GET")[1]["streams"]
    assert (stream["state"], stream["began_at"]) == ("already_recording", None)
    assert stream["settled_at"] == "2026-03-02T10:30:00Z"


def test_an_order_that_nobody_began_with_is_given_up_by_time(around: Around) -> None:
    """What it asked for is on the lost message alone."""
    link = around.ask()[1]["status_url"].removeprefix("https://example.com")
    around.now += LATEST_END.total_seconds() + 3600
    told = around.ask(path=link, method="GET")[1]
    assert (told["state"], told["error_msg"], told["streams"]) == ("done", "out_of_time", [])


_SAM = {"x-forwarded-proto": "http"}
"""What `sam local start-api` sets: it serves no HTTPS."""


ORIGINS: list[tuple[str, dict[str, str], str]] = [
    ("api.example.com", {"host": "evil.example"}, "https://api.example.com"),
    ("api.example.com", {"host": "api.example.com"}, "https://api.example.com"),
    ("api.example.com", {"host": "api.example.com", "x-forwarded-port": "443"}, "https://api.example.com"),
    ("api.example.com", {"host": "api.example.com:x@evil.example"}, "https://api.example.com"),
    ("api.example.com", {"host": "evil.example:1/x", "x-forwarded-port": "443/x"}, "https://api.example.com"),
    ("127.0.0.1", {"host": "127.0.0.1:8080"}, "https://127.0.0.1:8080"),
    ("localhost", _SAM | {"host": "127.0.0.1:3000", "x-forwarded-port": "3000"}, "http://localhost:3000"),
    ("localhost", _SAM | {"host": "localhost:3000", "x-forwarded-port": "3000"}, "http://localhost:3000"),
    ("localhost", _SAM | {"host": "localhost", "x-forwarded-port": "3000"}, "http://localhost:3000"),
    ("localhost", _SAM | {"host": "[::1]:3000"}, "http://localhost:3000"),
    ("localhost", _SAM | {"host": "[::1]", "x-forwarded-port": "80"}, "http://localhost"),
    ("", _SAM | {"host": "example.com:81"}, "http://example.com:81"),
]


def test_a_link_leads_to_the_gateway_itself(around: Around) -> None:
    """Not to where the caller's Host header points; the port of a gateway on one machine, as SAM's, is kept."""
    for domain, headers, origin in ORIGINS:
        event = a_request(START, signed(START) | headers)
        event["requestContext"]["domainName"] = domain
        assert json.loads(around.answer(event).body)["status_url"].startswith(f"{origin}/orders/"), headers


def test_a_link_that_is_no_text_is_none(around: Around) -> None:
    """Half a character of UTF-16, for one: 404, as for any other."""
    assert around.ask(path="/orders/7KQ2M4X8P1ZA7KQ2M4X8P1ZA?expires=1&signature=\ud800", method="GET")[0] == 404
