"""The webhook's door: what a caller signed is ordered once, and nothing else is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, sampled_from, text
from moto import mock_aws

from functions import webhook
from functions.order_records import OrderRecords
from functions.secrets import RETRY_AFTER, Secret, WebhookSecret
from functions.settings import Limits
from functions.webhook import MOST_BYTES, Door
from local.aws import REGION
from shared.ledger import KnownJob
from shared.order import NotQueued, Order, PerhapsQueued, order_id_of
from tests.logs import loggers_restored
from tests.webhook_requests import KEY, NOW, OTHER_KEY, a_request, an_event, signed

CALLERS = {"timetable": Limits(), "limited": Limits(rooms=frozenset({"100"}), channels=frozenset({"C1"}))}
START = an_event()


@dataclass
class Around:
    """The door, what came through it, and what a test can change around it."""

    now: float = NOW
    orders: list[Order] = field(default_factory=list)
    trouble: Exception | None = None
    jobs: dict[str, KnownJob] = field(default_factory=dict)

    def __post_init__(self) -> None:
        session = boto3.Session("made", "up", region_name=REGION)
        self.secrets, dynamodb = session.client("secretsmanager"), session.client("dynamodb")
        dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        self.records = OrderRecords(dynamodb, "ledger")
        self.secrets.create_secret(Name="webhook", SecretString=_secret(KEY))
        secret = Secret(self.secrets, "webhook", WebhookSecret, self.clock)
        self.door = Door(secret, CALLERS, self.records, self.put, self.clock)

    def clock(self) -> float:
        return self.now

    def put(self, order: Order) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.orders.append(order)

    def ask(self, body: bytes = START, headers: dict[str, str] | None = None, **where: str) -> tuple[int, Any]:
        """Status and document that a signed request gets, or one with these headers."""
        event = a_request(body, signed(body, now=self.now) if headers is None else headers, **where)
        answer = self.door.answer(event)
        return answer.status, json.loads(answer.body)


def _secret(*keys: str) -> str:
    limited = "whsec_" + "bGlt" * 10
    return json.dumps({"callers": {"timetable": keys, "limited": [limited]}, "status_keys": ["s" * 16]})


LIMITED_KEY = "whsec_" + "bGlt" * 10


@pytest.fixture(name="around")
def _around() -> Iterator[Around]:
    with mock_aws():
        yield Around()


@pytest.fixture(name="open_door", scope="module")
def _open_door() -> Door:
    """A door for the properties: its secret has been read."""
    with mock_aws():
        around = Around()
        around.ask(an_event(type_="ping"))
    return around.door


def test_a_signed_start_becomes_an_order(around: Around) -> None:
    """With the API's own defaults, its id from caller and webhook-id, and a link to what comes of it."""
    status, answer = around.ask(an_event(notify={"channel": "C0123"}))
    (order,) = around.orders
    assert (status, answer["order_id"]) == (202, order.order_id)
    assert answer["status_url"].startswith(f"https://example.com/orders/{order.order_id}?")
    (request,) = order.requests
    assert (request.room_id, request.max_idle_time, request.video_type) == ("100", 30, "CAMERASTREAM")
    assert (order.requested_by, order.order_id) == ("timetable", order_id_of("timetable", "evt_1"))
    assert order.reply_to is not None
    assert (order.reply_to.channel_id, order.reply_to.response_url) == ("C0123", None)
    assert Order.model_validate_json(order.model_dump_json()) == order


def test_a_list_of_ten_is_one_order(around: Around) -> None:
    """And one of eleven is none."""
    streams = [{"room_id": 100, "user_id": f"u{n}"} for n in range(11)]
    assert around.ask(an_event(streams))[0] == 422
    assert around.ask(an_event(streams[:10]))[0] == 202
    assert [len(order.requests) for order in around.orders] == [10]


@pytest.mark.parametrize("data", [{"job_id": 7}, {"room_id": "100", "user_id": "a", "video_type": "SCREENSTREAM"}])
def test_a_stop_becomes_an_order(around: Around, data: dict[str, object]) -> None:
    """By its job, or by room and user."""
    assert around.ask(an_event(data, "recording.stop"))[0] == 202
    (order,) = around.orders
    assert order.stop is not None
    assert order.stop.model_dump(exclude_none=True) == {key: str(value) for key, value in data.items()}
    assert order.requests == ()


def test_a_ping_tells_who_you_are_and_how_your_clock_is(around: Around) -> None:
    """And orders nothing."""
    body = an_event(type_="ping")
    headers = signed(body, now=NOW + 7)
    assert around.ask(body, headers) == (
        200, {"caller": "timetable", "clock_ahead_seconds": 7, "rooms": None, "channels": None}
    )  # fmt: skip
    assert not around.orders


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
    around.records.is_first(around.orders[0], datetime.fromtimestamp(NOW, UTC))
    around.orders.clear()
    around.now += 3 * 86400
    assert around.ask() == first
    assert not around.orders


def test_another_body_under_the_same_id_is_a_conflict(around: Around) -> None:
    """Once the recorder has begun; and only for the same caller."""
    around.ask()
    around.records.is_first(around.orders.pop(), datetime.fromtimestamp(NOW, UTC))
    assert around.ask(an_event({"room_id": 100, "user_id": "user002"}))[0] == 409
    assert not around.orders
    assert around.ask(START, signed(START, key=LIMITED_KEY), path="/hooks/limited")[0] == 202


def test_two_bodies_that_meet_on_the_queue_are_told_apart_by_the_recorder(around: Around) -> None:
    """The first counts, as often as it comes; the other is dropped."""
    around.ask()
    around.ask(an_event({"room_id": 100, "user_id": "user002"}))
    first, other = around.orders
    now = datetime.fromtimestamp(NOW, UTC)
    assert [around.records.is_first(order, now) for order in (first, other, first)] == [True, False, True]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(START, key=OTHER_KEY),
        signed(START, now=NOW - 301),
        signed(START, now=NOW + 301),
        signed(an_event(type_="recording.stop", data={"job_id": 1})),
        signed(START) | {"webhook-id": "evt_2"},
    ],
)
def test_what_the_caller_did_not_sign_is_refused(around: Around, headers: dict[str, str]) -> None:
    """Unsigned, forged, old, of the future, of another body, under another id."""
    status, problem = around.ask(START, headers)
    assert (status, problem["title"]) == (401, "Unauthorized")
    assert not around.orders


def test_a_caller_can_not_pass_for_another(around: Around) -> None:
    """The caller is in the path, and has keys of its own; an unknown one is told what a wrong key is told."""
    told = {
        json.dumps(around.ask(START, signed(START), path=f"/hooks/{name}")) for name in ("limited", "nobody", "%00", "")
    }
    assert len(told) == 1
    assert "401" in told.pop()


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (an_event({"room_id": 101, "user_id": "a"}), ["/data/room_id"]),
        (an_event([{"room_id": n, "user_id": "a"} for n in (100, 101)]), ["/data/1/room_id"]),
        (an_event(notify={"channel": "C2"}), ["/notify/channel"]),
        (an_event({"room_id": "x", "user_id": "a"}, notify={"channel": "C2"}), ["/data/room_id", "/notify/channel"]),
        (an_event({"room_id": "x", "user_id": "a"}, "recording.stop"), ["/data/room_id"]),
        (an_event({"job_id": 5}, "recording.stop"), ["/data/job_id"]),
        (an_event(dry_run=True, data={"room_id": "x", "user_id": "a"}), ["/data/room_id"]),
    ],
)
def test_a_limited_caller_stays_in_its_rooms_and_channels(around: Around, body: bytes, pointers: list[str]) -> None:
    """A job that recordbot doesn't know may be of any room, so it isn't the caller's either."""
    status, problem = around.ask(body, signed(body, key=LIMITED_KEY), path="/hooks/limited")
    assert (status, [error["pointer"] for error in problem["errors"]]) == (422, pointers)
    assert not around.orders


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("application/json; charset=utf-8", 202), ("text/plain", 415), ("", 415), ("application/jsonx", 415)],
)
def test_only_json_is_taken(around: Around, content_type: str, status: int) -> None:
    """By its name, however it is written."""
    assert around.ask(START, signed(START) | {"content-type": content_type})[0] == status


def test_a_body_too_long_is_refused_before_it_is_verified(around: Around) -> None:
    """With a status of its own, which needs no signature."""
    assert around.ask(b" " * (MOST_BYTES + 1), {})[0] == 413
    padded = START + b" " * (MOST_BYTES - len(START))
    assert around.ask(padded)[0] == 202


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/hooks/timetable", "GET", 405),
        ("/openapi.json", "POST", 405),
        ("/orders/7KQ2M4X8P1ZA", "DELETE", 405),
        ("/orders/7KQ2M4X8P1ZA", "GET", 404),
        ("/orders/short", "GET", 404),
        ("/hooks/timetable/more", "POST", 404),
        ("/", "GET", 404),
        ("/openapi.json", "GET", 200),
    ],
)
def test_each_place_takes_one_method(around: Around, path: str, method: str, status: int) -> None:
    """And says which; what is nowhere is 404."""
    answer = around.door.answer(a_request(path=path, method=method))
    assert answer.status == status
    assert ("allow" in answer.headers) == (status == 405)


def test_the_link_opens_the_order_s_status(around: Around) -> None:
    """Accepted before the recorder has begun, working afterwards."""
    link = around.ask()[1]["status_url"].removeprefix("https://example.com")
    assert around.ask(path=link, method="GET")[1]["state"] == "accepted"
    around.records.is_first(around.orders[0], datetime.fromtimestamp(NOW, UTC))
    status, told = around.ask(path=link, method="GET")
    assert (status, told["state"], told["placed_at"]) == (200, "working", "2026-03-02T10:30:00Z")
    assert [(it["user_id"], it["state"], it["began_at"]) for it in told["streams"]] == [("user001", "working", None)]


def test_a_stop_that_is_on_its_way_says_what_it_is_to_stop(around: Around) -> None:
    """Before the recorder has found out what there is."""
    link = around.ask(an_event(type_="recording.stop", data={"job_id": "7"}))[1]["status_url"]
    around.records.is_first(around.orders[0], datetime.fromtimestamp(NOW, UTC))
    told = around.ask(path=link.removeprefix("https://example.com"), method="GET")[1]
    assert (told["state"], [(it["job_id"], it["state"]) for it in told["streams"]]) == ("working", [("7", "working")])


def test_where_nobody_may_call_no_secret_is_needed(around: Around) -> None:
    """A stranger's request and link are refused as ever; that the secret was never filled is no failure of ours."""
    empty = Door(Secret(around.secrets, "unfilled", WebhookSecret), {}, around.records, around.put, around.clock)
    for event, status in (
        (a_request(START, signed(START)), 401),
        (a_request(path="/orders/7KQ2M4X8P1ZA?expires=9999999999&signature=AAAA", method="GET"), 404),
    ):
        assert empty.answer(event).status == status
    assert not around.orders


@pytest.mark.parametrize("trouble", [NotQueued("order"), PerhapsQueued("order")])
def test_an_order_that_is_not_queued_is_not_accepted(around: Around, trouble: Exception) -> None:
    """503, and when to send it again: under the same id nothing is done twice."""
    around.trouble = trouble
    answer = around.door.answer(a_request(START, signed(START)))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "same webhook-id" in answer.body


def test_a_key_works_as_soon_as_it_is_in_the_secret(around: Around) -> None:
    """And the one that is rotated out until it is taken out."""
    around.ask()
    around.secrets.put_secret_value(SecretId="webhook", SecretString=_secret(KEY, OTHER_KEY))
    around.now += RETRY_AFTER
    for key in (OTHER_KEY, KEY):
        assert around.ask(START, signed(START, key=key, now=around.now))[0] == 202


def test_every_answer_has_a_request_id_and_is_kept_by_no_cache(around: Around) -> None:
    """API Gateway's, so that an operator finds it in both logs."""
    for event in (a_request(START, signed(START)), a_request(START), a_request(path="/", method="GET")):
        answer = around.door.answer(event)
        assert (answer.headers["x-request-id"], answer.headers["cache-control"]) == ("gateway-1", "no-store")
    assert around.door.answer(None, "function-1").headers["x-request-id"] == "function-1"


@given(
    body=binary(max_size=50),
    path=sampled_from(["/hooks/timetable", "/hooks/", "/orders/7KQ2M4X8P1ZA?expires=é", "/openapi.json", ""]) | text(),
    method=sampled_from(["GET", "POST", "", "BREW"]),
    headers=dictionaries(sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "host"]), text()),
)
def test_garbage_gets_an_answer_below_500(
    open_door: Door, body: bytes, path: str, method: str, headers: dict[str, str]
) -> None:
    """Whatever a stranger sends."""
    assert open_door.answer(a_request(body, headers, path=path, method=method)).status < 500


def test_a_mistake_of_ours_is_a_problem_like_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings that are wrong, for one: 503, logged with the request's id."""
    monkeypatch.setenv("WEBHOOK_CALLERS", "{")
    webhook._door.cache_clear()
    with loggers_restored():
        result = webhook.handler(a_request(), None)
    assert (result["statusCode"], json.loads(str(result["body"]))["status"]) == (503, 503)
    assert "WEBHOOK_CALLERS" in capsys.readouterr().out
