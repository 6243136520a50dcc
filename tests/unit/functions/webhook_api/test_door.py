"""The webhook's door: what a caller signed is ordered once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.aws.secrets import Secret
from functions.webhook import answer
from functions.webhook_api.configuration import WebhookSecret
from functions.webhook_api.door import Door
from shared.order_ids import order_id_of
from shared.orders import NotQueued, Order, PerhapsQueued, Stop
from shared.rtc.models import RecordParam
from shared.team import InForce
from tests.builders import TIMETABLE, requests_of
from tests.webhook_around import LIMITED_KEY, START, Around
from tests.webhook_requests import NOW, a_request, an_event, signed


def test_a_signed_start_becomes_an_order(around: Around) -> None:
    """With the API's own defaults, its id from caller and webhook-id, and a link to what comes of it."""
    status, answer = around.ask(an_event(notify={"channel": "C0123"}))
    (order,) = around.orders
    assert (status, answer["order_id"]) == (202, order.order_id)
    assert answer["status_url"].startswith(f"https://example.com/orders/{order.order_id}?")
    (request,) = requests_of(order)
    assert (request.room_id, request.max_idle_time, request.video_type) == ("100", 30, "CAMERASTREAM")
    assert (order.actor, order.order_id) == (TIMETABLE, order_id_of("timetable", "evt_1"))
    assert order.reply_to is not None
    assert (order.reply_to.channel_id, order.reply_to.response_url) == ("C0123", None)
    assert Order.model_validate_json(order.model_dump_json()) == order


def test_a_list_of_ten_is_one_order(around: Around) -> None:
    """And one of eleven is none."""
    streams = [{"room_id": 100, "user_id": f"u{n}"} for n in range(11)]
    assert around.ask(an_event(streams))[0] == 422
    assert around.ask(an_event(streams[:10]))[0] == 202
    assert [len(requests_of(order)) for order in around.orders] == [10]


@pytest.mark.parametrize("data", [{"job_id": 7}, {"room_id": "100", "user_id": "a", "video_type": "SCREENSTREAM"}])
def test_a_stop_becomes_an_order(around: Around, data: dict[str, object]) -> None:
    """By its job, or by room and user."""
    assert around.ask(an_event(data, "recording.stop"))[0] == 202
    (order,) = around.orders
    assert order.action == Stop.model_validate(data)


def test_a_ping_tells_who_you_are_and_how_your_clock_is(around: Around) -> None:
    """And orders nothing."""
    body = an_event(type_="ping")
    headers = signed(body, now=NOW + 7)
    assert around.ask(body, headers) == (
        200, {"caller": "timetable", "clock_ahead_seconds": 7, "rooms": None, "channels": None}
    )  # fmt: skip
    assert not around.orders


@pytest.mark.parametrize(("own", "sent"), [({}, "default"), ({"record_param": {"record_rule_id": "own"}}, "own")])
def test_the_set_rule_holds_where_an_event_names_none(around: Around, own: dict[str, object], sent: str) -> None:
    """In a dry run too; then nothing is to be warned of."""
    around.door = replace(around.door, record_rule_id="default")
    data = {"room_id": 1, "user_id": "a", **own}
    assert around.ask(an_event(data))[1]["warning"] is None
    (request,) = requests_of(around.orders[0])
    assert request.record_param == RecordParam(record_rule_id=sent)
    dry = around.ask(an_event(data, dry_run=True))[1]
    assert ([it["record_param"] for it in dry["would_send"]], dry["warning"]) == ([{"record_rule_id": sent}], None)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_start_that_may_record_nothing_is_warned_of(around: Around, *, dry_run: bool) -> None:
    """No rule is set or named, and nothing is pushed."""
    assert "RTC may record nothing" in around.ask(an_event(dry_run=dry_run))[1]["warning"]
    push = {"publish_param": {"rtmp_urls": ["rtmp://live.example.com/app/key"]}}
    pushed = an_event({"room_id": 1, "user_id": "a", **push}, dry_run=dry_run)
    assert around.ask(pushed, signed(pushed, webhook_id="evt_2", now=NOW))[1]["warning"] is None


def test_a_dry_run_shows_what_would_be_sent_and_orders_nothing(around: Around) -> None:
    """Every field explicit, a push address without its key."""
    push = {"rtmp_urls": ["rtmp://live.example.com/app/s3cret"]}
    status, answer = around.ask(an_event({"room_id": 1, "user_id": "a", "publish_param": push}, dry_run=True))
    (body,) = answer["would_send"]
    assert (status, body["room_id"], body["max_idle_time"]) == (200, "1", 30)
    assert body["publish_param"] == {"rtmp_urls": ["rtmp://live.example.com/***"]}
    assert not around.orders


def test_the_same_event_again_gets_the_same_answer(around: Around) -> None:
    """Before the recorder has begun it goes on the queue again, under one id; afterwards it doesn't."""
    first = around.ask()
    assert around.ask() == first
    assert {order.order_id for order in around.orders} == {first[1]["order_id"]}
    around.ledger.orders.record_request(around.orders[0], datetime.fromtimestamp(NOW, UTC))
    around.orders.clear()
    around.now += 3 * 86400
    assert around.ask() == first
    assert not around.orders


def test_another_body_under_the_same_id_is_a_conflict(around: Around) -> None:
    """Once the recorder has begun; and only for the same caller."""
    around.ask()
    around.ledger.orders.record_request(around.orders.pop(), datetime.fromtimestamp(NOW, UTC))
    assert around.ask(an_event({"room_id": 100, "user_id": "user002"}))[0] == 409
    assert not around.orders
    assert around.ask(START, signed(START, key=LIMITED_KEY), path="/hooks/limited")[0] == 202


def test_two_bodies_that_meet_on_the_queue_are_told_apart_by_the_recorder(around: Around) -> None:
    """The first counts, as often as it comes; the other is dropped."""
    around.ask()
    around.ask(an_event({"room_id": 100, "user_id": "user002"}))
    first, other = around.orders
    now = datetime.fromtimestamp(NOW, UTC)
    assert [around.ledger.orders.record_request(order, now) for order in (first, other, first)] == [True, False, True]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/hooks/timetable", "GET", 405),
        ("/hooks/timetable", "HEAD", 405),
        ("/openapi.json", "POST", 405),
        ("/orders/7KQ2M4X8P1ZA7KQ2M4X8P1ZA", "DELETE", 405),
        ("/orders/7KQ2M4X8P1ZA7KQ2M4X8P1ZA", "GET", 404),
        ("/orders/short", "GET", 404),
        ("/hooks/timetable/more", "POST", 404),
        ("/", "GET", 404),
        ("/openapi.json", "GET", 200),
    ],
)
def test_each_place_takes_its_methods(around: Around, path: str, method: str, status: int) -> None:
    """And says which; what is nowhere is 404."""
    answer = around.answer(a_request(path=path, method=method))
    assert answer.status == status
    allowed = "POST" if path.startswith("/hooks") else "GET, HEAD"
    assert answer.headers.get("allow") == (allowed if status == 405 else None)


@pytest.mark.parametrize(
    "place", ["link", "/orders/7KQ2M4X8P1ZA7KQ2M4X8P1ZA", "/openapi.json", "/hooks/timetable", "/"]
)
def test_head_is_answered_as_get_without_the_body(around: Around, place: str) -> None:
    """So that a program can look whether a link works."""
    path = around.ask()[1]["status_url"].removeprefix("https://example.com") if place == "link" else place
    head, get = (around.answer(a_request(path=path, method=method)) for method in ("HEAD", "GET"))
    assert (head.status, head.headers, head.content_type) == (get.status, get.headers, get.content_type)
    assert (head.body, get.body == "") == ("", False)


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [("/hooks/timetable", "POST", b"{}"), ("/recordings", "GET", b"")],
    ids=["event", "list"],
)
@pytest.mark.parametrize("off", [None, 301], ids=["unsigned", "a replay"])
def test_a_scanner_reads_neither_rules_nor_secret(
    around: Around, path: str, method: str, body: bytes, off: int | None
) -> None:
    """It is refused by what its headers lack; that the rules or the secret can't be read is no matter then."""

    def rules() -> InForce:
        raise AssertionError("the rules were read")

    unfilled = Secret(around.secrets, "unfilled", WebhookSecret)
    door = Door(unfilled, rules, around.ledger, around.put, around.clock)
    headers = {} if off is None else signed(body, now=around.now - off)
    told = answer(a_request(body, headers, path=path, method=method), lambda: door)
    assert (told.status, told.headers["www-authenticate"]) == (401, "StandardWebhooks")


@pytest.mark.parametrize("trouble", [NotQueued("order"), PerhapsQueued("order")])
def test_an_order_that_is_not_queued_is_not_accepted(around: Around, trouble: Exception) -> None:
    """503, and when to send it again: under the same id nothing is done twice."""
    around.trouble = trouble
    answer = around.answer(a_request(START, signed(START)))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "same webhook-id" in answer.body
