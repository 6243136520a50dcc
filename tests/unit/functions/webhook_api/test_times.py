"""The times of a start: recordbot's own fields, beside the API's body."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.webhook_api.status_link import LIFETIME
from functions.webhook_api.times import wrong_times
from shared.attempts import Attempt, Limit, Started
from shared.limits import FURTHEST_START, LONGEST_POSSIBLE, SHORTEST
from shared.new_recordings import first_drawn
from shared.orders import LATEST_END, Order, Start
from shared.recording_news import Gone, Shown, Stopped
from shared.recordings import Recording, RecordingState
from tests.builders import a_job, a_request, requests_of
from tests.webhook_around import Around
from tests.webhook_requests import NOW, an_event, signed

WHEN = datetime.fromtimestamp(NOW, UTC)
"""2026-03-02T10:30:00Z."""


def test_the_times_become_the_order_s(around: Around) -> None:
    """With any offset; the order is the same each time it is sent."""
    body = an_event(start_at="2026-03-02T15:00:00+01:00", end_at="2026-03-02T16:00:00Z", max_duration="PT1H30M")
    assert around.ask(body)[0] == 202
    (order,) = around.orders
    assert isinstance(order.action, Start)
    assert order.action.start_at == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert order.action.end_at == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert order.action.max_duration == timedelta(minutes=90)
    assert Order.model_validate_json(order.model_dump_json()) == order


@pytest.mark.parametrize(
    ("fields", "pointer", "detail", "allowed"),
    [
        ({"start_at": "2026-03-02T10:24:59Z"}, "/start_at", "is past", "up to 7 days ahead"),
        ({"start_at": "2026-03-09T10:30:01Z"}, "/start_at", "is more than 7 days ahead", "up to 7 days ahead"),
        ({"start_at": "2026-03-02T14:00:00"}, "/start_at", "timezone", "such as 2026-03-02T14:00:00Z"),
        ({"start_at": "14:00"}, "/start_at", "no date with a time", "such as 2026-03-02T14:00:00Z"),
        ({"end_at": "2026-03-02T10:30:00Z"}, "/end_at", "is past", "a minute after its start or later"),
        ({"end_at": "2026-03-02T10:30:59Z"}, "/end_at", "less than a minute after it", "a minute after its start"),
        (
            {"start_at": "2026-03-02T14:00:00Z", "end_at": "2026-03-02T13:00:00Z"},
            "/end_at",
            "is before the start",
            "a minute after its start or later",
        ),
        ({"max_duration": "PT59S"}, "/max_duration", "minute", "an ISO 8601 duration from PT1M to P7D"),
        ({"max_duration": "P8D"}, "/max_duration", "7 days", "an ISO 8601 duration from PT1M to P7D"),
        ({"max_duration": "90m"}, "/max_duration", "no ISO 8601 duration", "such as PT90M"),
        ({"max_duration": "01:30:00"}, "/max_duration", "no ISO 8601 duration", "such as PT90M"),
        ({"max_duration": "P"}, "/max_duration", "no ISO 8601 duration", "such as PT90M"),
        ({"max_duration": "PT"}, "/max_duration", "no ISO 8601 duration", "such as PT90M"),
        ({"max_duration": 5400}, "/max_duration", "no ISO 8601 duration", "such as PT90M"),
    ],
)
def test_a_wrong_time_is_named_with_the_way_out(
    around: Around, fields: dict[str, Any], pointer: str, detail: str, allowed: str
) -> None:
    """Nothing is placed, and a dry run says the same."""
    status, problem = around.ask(an_event(dry_run=False, **fields))
    assert (status, around.orders) == (422, [])
    (error,) = problem["errors"]
    assert error["pointer"] == pointer
    assert detail in error["detail"]
    assert allowed in error["allowed"]
    assert around.ask(an_event(dry_run=True, **fields))[1]["errors"] == [error]


def test_an_event_that_is_sent_again_later_is_the_same(around: Around) -> None:
    """Its start and its end may be past by then: the order is known."""
    body = an_event(start_at="2026-03-02T10:31:00Z", end_at="2026-03-02T10:40:00Z")
    first = around.ask(body)
    around.ledger.orders.record_request(around.orders[0], WHEN)
    around.now += 3600
    assert around.ask(body, signed(body, now=around.now)) == first


@given(
    st.none() | st.integers(-3600, 700_000),
    st.none() | st.integers(-3600, 700_000),
    st.none() | st.integers(60, 90_000),
)
def test_a_start_that_is_taken_can_be_made(start: int | None, end: int | None, longest: int | None) -> None:
    """It is near, and there is time between its beginning and its end."""
    action = Start(
        requests=(a_request(),),
        start_at=None if start is None else WHEN + timedelta(seconds=start),
        end_at=None if end is None else WHEN + timedelta(seconds=end),
        max_duration=None if longest is None else timedelta(seconds=longest),
    )
    wrong = wrong_times(action, WHEN)
    begin = max(action.start_at or WHEN, WHEN)
    can_be_made = begin <= WHEN + FURTHEST_START and (action.end_at is None or action.end_at - begin >= SHORTEST)
    if wrong is None:
        assert can_be_made
    else:
        assert not can_be_made or (start is not None and start < 0)


def planned(order: Order) -> Recording:
    """Return the recording of an order that is planned, as the recorder stores it."""
    assert isinstance(order.action, Start)
    assert order.action.start_at is not None
    recording = Recording(
        order_id=order.order_id,
        n=0,
        request=order.action.requests[0],
        actor=order.actor,
        since=order.action.start_at,
        planned=True,
        state=RecordingState.PLANNED,
        limit=Limit(ends_at=order.action.start_at + timedelta(hours=8), is_default=True),
    )
    return first_drawn(recording, WHEN)


class Told:
    """A start that is planned in an hour, and what its link tells."""

    def __init__(self, around: Around) -> None:
        self.around = around
        body = an_event(start_at="2026-03-02T11:30:00Z")
        self.link = around.ask(body)[1]["status_url"].removeprefix("https://example.com")
        (self.order,) = around.orders
        around.ledger.orders.record_request(self.order, WHEN)
        self.recording = around.ledger.recordings.plan(planned(self.order), WHEN)

    def later(self, **by: float) -> datetime:
        """Let time pass, and return the time then."""
        self.around.now += timedelta(**by).total_seconds()
        return datetime.fromtimestamp(self.around.now, UTC)

    def start(self) -> None:
        """The recorder starts it, and RTC names its job."""
        now = datetime.fromtimestamp(self.around.now, UTC)
        attempt = self.around.ledger.attempts.claim(self.order, 0, requests_of(self.order)[0], now)
        assert isinstance(attempt, Attempt)
        job = a_job(requests_of(self.order)[0], start_time=now)
        self.around.ledger.attempts.store(attempt.settled(Started(job=job), now), now)
        recording = self.around.ledger.recordings.read(self.order.order_id, 0)
        assert recording is not None
        self.recording = recording

    def note(self, news: Any) -> None:
        """Something is new about the recording."""
        now = datetime.fromtimestamp(self.around.now, UTC)
        self.recording = self.around.ledger.recordings.note(self.recording, news, now)

    def read(self) -> tuple[str, dict[str, Any]]:
        """Return the state of the order, and its stream."""
        status, order = self.around.ask(path=self.link, method="GET")
        assert status == 200
        (stream,) = order["streams"]
        return order["state"], stream


def test_the_link_tells_a_plan_up_to_its_end(around: Around) -> None:
    """Planned, started, recording, ended: with when, why and how long."""
    told = Told(around)
    state, stream = told.read()
    assert (state, stream["state"], stream["start_at"]) == ("planned", "planned", "2026-03-02T11:30:00Z")
    assert stream["ends_at"] == "2026-03-02T19:30:00Z"
    told.later(hours=1)
    told.start()
    state, stream = told.read()
    assert (state, stream["state"], stream["start_at"]) == ("done", "started", None)
    told.note(Shown(a_job(state="RUNNING")))
    assert told.read()[1]["state"] == "recording"
    told.later(hours=2)
    told.note(Stopped())
    _, stream = told.read()
    assert (stream["state"], stream["end"], stream["duration_seconds"]) == ("ended", "stopped", 7200)
    assert stream["ended_at"] == "2026-03-02T13:30:00Z"


def test_a_job_that_rtc_does_not_know_any_more_is_lost(around: Around) -> None:
    """Which is another thing than an end."""
    told = Told(around)
    told.start()
    told.note(Gone())
    assert [told.read()[1][name] for name in ("state", "end")] == ["lost", "gone"]


def test_a_plan_that_was_cancelled_has_ended(around: Around) -> None:
    """It never was recorded, so there is no length."""
    told = Told(around)
    told.note(Stopped())
    state, stream = told.read()
    assert (state, stream["state"], stream["end"]) == ("done", "ended", "stopped")
    assert (stream["duration_seconds"], stream["job_id"]) == (None, None)


def test_a_plan_is_not_late_before_it_starts(around: Around) -> None:
    """An hour after its start it is."""
    told = Told(around)
    told.later(hours=2)
    assert told.read()[0] == "planned"
    told.around.ledger.attempts.claim(told.order, 0, requests_of(told.order)[0], told.later())
    told.later(seconds=LATEST_END.total_seconds())
    assert told.read()[1]["state"] in {"planned", "unknown"}


def test_the_link_of_a_plan_ends_a_week_after_its_start(around: Around) -> None:
    """So that it can tell what became of the recording."""
    body = an_event(start_at="2026-03-08T10:30:00Z")
    link = around.ask(body)[1]["status_url"].removeprefix("https://example.com")
    around.now += (timedelta(days=6) + LIFETIME).total_seconds()
    assert around.ask(path=link, method="GET")[0] == 200
    around.now += 3600
    assert around.ask(path=link, method="GET")[0] == 410


def test_the_longest_time_is_a_week() -> None:
    """As the description of max_duration says."""
    assert (timedelta(minutes=1), timedelta(days=7)) == (SHORTEST, LONGEST_POSSIBLE)
