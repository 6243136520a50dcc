"""The events of `make events` do at the functions what their names say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.sam.events import SIGNING_SECRET, WEBHOOK_CALLER, WEBHOOK_KEY, events, write
from local.slack.workspace import SlackWorkspace
from local.system import Caller, System, running
from tests.e2e.conftest import BUILT
from tests.processes import PATIENCE_S

EVENTS = events(datetime.now(UTC))


@pytest.fixture(scope="module", name="system")
def _system() -> Iterator[System]:
    """A system whose Slack and whose caller sign with the documented keys."""
    slack = SlackWorkspace(rate_limited=False, patience=PATIENCE_S)
    slack.signing_secret = SIGNING_SECRET
    with running(slack=slack, callers=[Caller(WEBHOOK_CALLER, WEBHOOK_KEY)], built=BUILT) as system:
        yield system


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("slack-start", 200, "Asking RTC to record user001"),
        ("slack-several", 200, "user002"),
        ("slack-typo", 200, "Nothing started"),
        ("slack-help", 200, "/record"),
        ("slack-forged", 401, "not signed by Slack"),
        ("slack-old", 401, "not signed by Slack"),
        ("slack-unreadable", 401, "not signed by Slack"),
        ("webhook-start", 202, "status_url"),
        ("webhook-invalid", 422, "/data/user_id"),
        ("webhook-forged", 401, "no signature matched"),
    ],
)
def test_the_doors_answer(system: System, name: str, status: int, words: str) -> None:
    """As API Gateway would get it."""
    fresh = events(datetime.now(UTC))[name]
    result = system.stack.invoke(f"{name.partition('-')[0].title()}Function", fresh)
    assert result["statusCode"] == status
    assert words in result["body"]


@pytest.mark.parametrize(("name", "undone"), [("recorder-start", 0), ("recorder-dry-run", 0), ("recorder-batch", 1)])
def test_the_recorder_is_done_with_what_is_an_order(system: System, name: str, undone: int) -> None:
    """Only the message that is no order is left."""
    result = system.stack.invoke("RecorderFunction", EVENTS[name])
    ids = [record["messageId"] for record in EVENTS[name]["Records"]]
    assert [failure["itemIdentifier"] for failure in result["batchItemFailures"]] == ids[len(ids) - undone :]


def test_they_are_written_as_files(tmp_path: Path) -> None:
    """One for each, as sam reads them."""
    write(tmp_path / "events", EVENTS)
    read: dict[str, Any] = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "events").iterdir()}
    assert read == EVENTS
