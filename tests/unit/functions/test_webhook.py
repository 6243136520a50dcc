"""Whatever comes to the webhook is answered, and can be found by its request id."""

import json

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, sampled_from, text

from functions import webhook
from functions.aws.observability import start_logging
from functions.webhook import answer
from functions.webhook_api.door import Door
from shared.log_events import LogEvent
from tests.lambda_context import Context
from tests.logs import loggers_restored
from tests.own_clients import an_account
from tests.webhook_around import START, Around
from tests.webhook_requests import a_request, an_event, signed


@pytest.fixture(name="open_door", scope="module")
def _open_door() -> Door:
    """A door for the properties: its secret has been read."""
    with an_account():
        around = Around()
        around.ask(an_event(type_="ping"))
    return around.door


def test_every_answer_has_a_request_id_and_is_kept_by_no_cache(around: Around) -> None:
    """API Gateway's, so that an operator finds it in both logs."""
    for event in (a_request(START, signed(START)), a_request(START), a_request(path="/", method="GET")):
        answer = around.answer(event)
        assert (answer.headers["x-request-id"], answer.headers["cache-control"]) == ("gateway-1", "no-store")
    assert around.answer(None, "function-1").headers["x-request-id"] == "function-1"


@pytest.mark.parametrize(
    ("event", "status", "counted"),
    [
        (a_request(START), 401, True),
        (None, 400, True),
        (a_request(b"{", signed(b"{")), 400, False),
        (a_request(b"{}", signed(b"{}")), 422, False),
        (a_request(path="/", method="GET"), 404, False),
        (a_request(START, signed(START)), 202, False),
    ],
)
def test_what_is_counted_as_refused_is_what_nobody_signed(
    around: Around, event: object, status: int, counted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The alarm on it says so; a caller's own mistake rings no bell."""
    assert around.answer(event).status == status
    assert ("RequestRefused" in capsys.readouterr().out) == counted


def test_a_refusal_is_logged_with_its_request_and_caller(around: Around, capsys: pytest.CaptureFixture[str]) -> None:
    """So that an operator finds what a caller asks about."""
    with loggers_restored():
        start_logging()
        around.answer(a_request(START))
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if LogEvent.REQUEST_REFUSED in line]
    assert (line["request_id"], line["caller"], line["status"]) == ("gateway-1", "timetable", 401)


@pytest.mark.parametrize(("method", "again"), [("POST", "same webhook-id"), ("GET", "ask again")])
def test_a_failure_of_ours_is_an_answer_like_others(
    around: Around, capsys: pytest.CaptureFixture[str], method: str, again: str
) -> None:
    """503 with the gateway's request id, kept by no cache; it says what to do again."""
    around.secrets.delete_secret(SecretId="webhook")
    place = "/hooks/timetable" if method == "POST" else "/orders/7KQ2M4X8P1ZA7KQ2M4X8P1ZA"
    failed = around.answer(a_request(START, signed(START), path=place, method=method), "function-1")
    assert (failed.status, failed.headers["retry-after"]) == (503, "30")
    assert (failed.headers["x-request-id"], failed.headers["cache-control"]) == ("gateway-1", "no-store")
    assert (again in failed.body, "webhook-id" in failed.body) == (True, method == "POST")
    out = capsys.readouterr().out
    assert ("DoorFailed" in out, "RequestRefused" in out) == (True, False)


@given(
    body=binary(max_size=50),
    path=sampled_from(
        ["/hooks/timetable", "/hooks/", "/orders/7KQ2M4X8P1ZA7KQ2M4X8P1ZA?expires=é", "/openapi.json", ""]
    )
    | text(),
    method=sampled_from(["GET", "POST", "", "BREW"]),
    headers=dictionaries(sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "host"]), text()),
)
def test_garbage_gets_an_answer_below_500(
    open_door: Door, body: bytes, path: str, method: str, headers: dict[str, str]
) -> None:
    """Whatever a stranger sends."""
    assert answer(a_request(body, headers, path=path, method=method), lambda: open_door).status < 500


def test_a_mistake_of_ours_is_a_problem_like_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings that are wrong, for one: 503, logged with the request's id."""
    monkeypatch.setenv("ORDER_QUEUE_URL", "{")
    webhook._door.cache_clear()
    with loggers_restored():
        result = webhook.handler(a_request(), Context())
    assert (result["statusCode"], json.loads(str(result["body"]))["status"]) == (503, 503)
    assert "ORDER_QUEUE_URL" in capsys.readouterr().out
