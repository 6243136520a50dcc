"""Nobody passes for a caller, and a caller stays within its limits."""

import json

import pytest

from functions.aws.secrets import RETRY_AFTER, Secret
from functions.webhook import answer
from functions.webhook_api.configuration import WebhookSecret
from functions.webhook_api.door import Door
from shared.team import SHIPPED, InForce
from tests.webhook_around import CALLERS, LIMITED_KEY, START, STATUS_KEY, Around, a_secret
from tests.webhook_requests import KEY, NOW, OTHER_KEY, a_request, an_event, signed


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
    assert all(json.loads(error["given"]) for error in problem["errors"])
    assert not around.orders


def test_where_nobody_may_call_no_secret_is_needed(around: Around) -> None:
    """A stranger's request and link are refused as ever; that the secret was never filled is no failure of ours."""
    nobody = InForce(SHIPPED)
    empty = Door(
        Secret(around.secrets, "unfilled", WebhookSecret), lambda: nobody, around.ledger, around.put, around.clock
    )
    for event, status in (
        (a_request(START, signed(START)), 401),
        (a_request(path="/orders/7KQ2M4X8P1ZA7KQ2M4X8P1ZA?expires=9999999999&signature=AAAA", method="GET"), 404),
    ):
        assert answer(event, lambda: empty).status == status
    assert not around.orders


def test_a_link_works_whichever_instance_made_it(around: Around) -> None:
    """One that started since the status key was changed makes links with the new one at once."""
    around.ask()
    around.secrets.put_secret_value(SecretId="webhook", SecretString=a_secret(KEY, status_keys=[OTHER_KEY, STATUS_KEY]))
    around.now += RETRY_AFTER
    newer = Door(
        Secret(around.secrets, "webhook", WebhookSecret, around.clock),
        lambda: CALLERS,
        around.ledger,
        around.put,
        around.clock,
    )
    accepted = answer(a_request(START, signed(START, now=around.now)), lambda: newer)
    link = json.loads(accepted.body)["status_url"].removeprefix("https://example.com")
    assert around.ask(path=link, method="GET")[0] == 200


def test_a_new_key_works_as_soon_as_the_secret_may_be_read_again(around: Around) -> None:
    """And the one that is rotated out until it is taken out. Before that, the new one may be refused."""
    around.ask()
    around.secrets.put_secret_value(SecretId="webhook", SecretString=a_secret(KEY, OTHER_KEY))
    around.now += RETRY_AFTER - 1
    assert around.ask(START, signed(START, key=OTHER_KEY, now=around.now))[0] == 401
    around.now += 1
    for key in (OTHER_KEY, KEY):
        assert around.ask(START, signed(START, key=key, now=around.now))[0] == 202
