"""The function of Slack's door, which builds the door."""

import json

import pytest

from bot.messages.replies import our_mistake
from functions.slack import handler
from tests.lambda_context import Context
from tests.logs import loggers_restored
from tests.slack_requests import a_form, an_event


def test_a_door_that_is_set_up_wrongly_tells_the_person_and_the_operator(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence for the one, for the other an error that names each variable, and a count to raise the alarm."""
    for name in ("SECRET_ID", "ORDER_QUEUE_URL", "SLACK_COMMAND", "DEFAULT_IDLE_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    with loggers_restored():
        result = handler(an_event(a_form("room 100 user001 hd")), Context())
    assert result["statusCode"] == 200
    assert json.loads(str(result["body"]))["text"] == our_mistake().text
    error, counted = map(json.loads, capsys.readouterr().out.splitlines())
    assert error["level"] == "ERROR"
    assert "SECRET_ID" in error["exception"]
    assert counted["DoorFailed"] == [1.0]
