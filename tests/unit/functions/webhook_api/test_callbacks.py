"""RTC's callbacks at the webhook's door: what RTC signed is taken, and nothing else."""

import json
from typing import Any

import pytest

from functions.aws.secrets import RETRY_AFTER, Secret
from functions.webhook import answer
from functions.webhook_api.callbacks import CallbackDoor
from functions.webhook_api.configuration import WebhookSecret
from functions.webhook_api.door import Door
from shared.actors import RTC
from shared.orders import Callback, NotQueued, PerhapsQueued
from tests.callback_requests import COMPLETE, a_callback, callback_headers
from tests.webhook_around import CALLERS, Around, a_secret
from tests.webhook_requests import KEY, NOW

NEW_KEY = "another-callback-key-of-32-characters"


def said(around: Around) -> Any:
    """What the only message on the queue says."""
    (order,) = around.orders
    assert isinstance(order.action, Callback)
    return order.action.said


@pytest.mark.parametrize("changes", [{}, {"job_id": "of-nobody"}, {"job_id": 7}, {"event_type": "NEW"}])
def test_what_rtc_signed_is_put_on_the_queue(around: Around, changes: dict[str, object]) -> None:
    """Whether or not recordbot knows the job or the event, since only the recorder can tell."""
    assert around.answer(a_callback(COMPLETE | changes)).status == 200
    (order,) = around.orders
    assert (order.actor, order.reply_to) == (RTC, None)
    assert said(around).job_id == str((COMPLETE | changes)["job_id"])


@pytest.mark.parametrize(
    "changes", [{"app_id": "another app"}, {"job_id": None}, {"job_id": ""}, {"job_id": ".."}, {"job_id": {}}]
)
def test_what_is_about_no_job_of_ours_is_taken_and_dropped(around: Around, changes: dict[str, object]) -> None:
    """RTC must not send it again."""
    assert around.answer(a_callback(COMPLETE | changes)).status == 200
    assert not around.orders


def test_the_same_callback_has_the_same_order_id(around: Around) -> None:
    """So an operator sees in the log what came twice."""
    for rand in ("1", "2"):
        body = json.dumps(COMPLETE).encode()
        assert around.answer(a_callback(body, callback_headers(body, rand=rand))).status == 200
    assert len({order.order_id for order in around.orders}) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        callback_headers(b"{}"),
        callback_headers(json.dumps(COMPLETE).encode(), key="x" * 32),
        callback_headers(json.dumps(COMPLETE).encode(), now=NOW - 301),
        callback_headers(json.dumps(COMPLETE).encode()) | {"x-rtc-rand": "7"},
    ],
    ids=["unsigned", "another body", "another key", "a replay", "another number"],
)
def test_what_is_forged_or_sent_again_later_is_refused(around: Around, headers: dict[str, str]) -> None:
    """With 401, and nothing comes on the queue."""
    assert around.answer(a_callback(COMPLETE, headers)).status == 401
    assert not around.orders


def test_without_a_callback_key_nothing_is_accepted(around: Around) -> None:
    """An empty key would let anybody in."""
    around.secrets.put_secret_value(SecretId="webhook", SecretString=a_secret(KEY, callback_keys=[]))
    for key in ("", "None", "null", "x" * 32):
        body = json.dumps(COMPLETE).encode()
        assert around.answer(a_callback(body, callback_headers(body, key=key))).status == 401
    assert not around.orders


def test_a_scanner_reads_no_secret(around: Around) -> None:
    """A secret that was never filled is no failure of ours until somebody signs."""
    empty = Secret(around.secrets, "unfilled", WebhookSecret)
    callbacks = CallbackDoor(empty, "app1", around.put, around.clock)
    door = Door(empty, lambda: CALLERS, around.ledger, around.put, around.clock, callbacks=callbacks)
    assert answer(a_callback(COMPLETE, {}), lambda: door).status == 401


def test_where_rtc_does_not_call_back_there_is_nothing(around: Around) -> None:
    """The path is as unknown as any other."""
    door = Door(around.door.secret, lambda: CALLERS, around.ledger, around.put, around.clock)
    assert answer(a_callback(), lambda: door).status == 404


def test_a_new_key_works_as_soon_as_the_secret_may_be_read_again(around: Around) -> None:
    """And the one that is rotated out until it is taken out."""
    assert around.answer(a_callback()).status == 200
    around.secrets.put_secret_value(
        SecretId="webhook", SecretString=a_secret(KEY, callback_keys=[NEW_KEY, "callback-key-of-the-tests-0123456789"])
    )
    around.now += RETRY_AFTER
    body = json.dumps(COMPLETE).encode()
    for key in (NEW_KEY, "callback-key-of-the-tests-0123456789"):
        assert around.answer(a_callback(body, callback_headers(body, key=key, now=around.now))).status == 200


@pytest.mark.parametrize("trouble", [NotQueued(), PerhapsQueued()])
def test_a_callback_that_is_not_queued_is_asked_for_again(around: Around, trouble: Exception) -> None:
    """RTC may send it again; if it doesn't, polling finds the same."""
    around.trouble = trouble
    assert around.answer(a_callback()).status == 503


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"a"', b"\xff", b"5"])
def test_signed_bytes_that_are_no_callback_are_refused(around: Around, body: bytes) -> None:
    """As a mistake of the sender's."""
    assert around.answer(a_callback(body)).status == 400


def test_a_giant_is_refused_unread(around: Around) -> None:
    """A callback has under 2,000 bytes."""
    assert around.answer(a_callback(b"{" + b" " * 64_000 + b"}")).status == 413


def test_no_download_address_goes_further(around: Around) -> None:
    """It may be signed. The bucket and the object that it names are kept."""
    secret = "https://lessons.obs.cn-north-4.myhuaweicloud.com/a%20b.mp4?Signature=abc"
    changes = {"download_url": secret, "obs_bucket": None, "obs_object": None}
    assert around.answer(a_callback(COMPLETE | changes)).status == 200
    (order,) = around.orders
    assert "Signature" not in order.model_dump_json()
    assert (said(around).obs_bucket, said(around).obs_object) == ("lessons", "a b.mp4")
