"""What is on the queue and in the ledger as it was once written: later versions must read it.

Each file of tests/samples/stored holds one kind of message or item. A change of a model may add files and never alters
one: what a deployment has stored stays readable.
"""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bot.messages.recording_card import card
from functions.ledger.answers import Answer
from functions.ledger.configurations import StoredTeam
from functions.ledger.homes import OpenedHome
from functions.ledger.recordings import Last, Pointer, _data
from shared.attempts import Attempt, StreamLock
from shared.audit import AuditRecord
from shared.orders import Action, Order, PlacedOrder
from shared.recordings import Recording
from shared.stops import StopRecord
from tests.paths import SAMPLES

STORED = sorted((SAMPLES / "stored").glob("*.json"))
MODELS: dict[str, type[BaseModel]] = {
    "order": Order,
    "placed": PlacedOrder,
    "attempt": Attempt,
    "lock": StreamLock,
    "recording": Recording,
    "stop": StopRecord,
    "answer": Answer,
    "pointer": Pointer,
    "last": Last,
    "configuration": StoredTeam,
    "home": OpenedHome,
    "audit": AuditRecord,
}


def assert_holds(now: Any, then: Any) -> None:
    """Fail unless `now` has all that `then` had; fields that were added since may be anywhere in it."""
    if isinstance(then, dict):
        for name, value in then.items():
            assert_holds(now[name], value)
    elif isinstance(then, list):
        assert len(now) == len(then)
        for one, before in zip(now, then, strict=True):
            assert_holds(one, before)
    else:
        assert now == then


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_what_was_stored_is_read_as_it_was_meant(file: Path) -> None:
    """Every field that was written is there again, with the value that it had."""
    text = file.read_text(encoding="utf-8")
    read = MODELS[file.stem.partition("-")[0]].model_validate_json(text)
    assert_holds(json.loads(read.model_dump_json()), json.loads(text))


def drawn(recording: Recording) -> str:
    """What a message shows of the recording."""
    return str(card(recording, "user001", recording.since))


@pytest.mark.parametrize("file", [it for it in STORED if it.stem.startswith("recording")], ids=lambda file: file.stem)
def test_what_a_recording_leaves_out_is_known_again(file: Path) -> None:
    """Each look writes it short: fields with their defaults, and what RTC said as it was asked. Nothing is lost."""
    recording = Recording.model_validate_json(file.read_text(encoding="utf-8"))
    again = Recording.model_validate_json(_data(recording))
    assert again.model_copy(update={"job": None}) == recording.model_copy(update={"job": None})
    assert drawn(again) == drawn(recording)
    assert _data(again) == _data(recording)


def test_a_field_that_was_left_out_means_what_it_meant_then() -> None:
    """A default of a recording never changes: the short form of one is there beside the whole one."""
    whole, short = (
        Recording.model_validate_json((SAMPLES / "stored" / f"recording-running{form}.json").read_text("utf-8"))
        for form in ("", "-short")
    )
    assert short.model_copy(update={"job": None}) == whole.model_copy(update={"job": None})
    assert drawn(short) == drawn(whole)


def test_every_kind_has_a_sample() -> None:
    """Every action of an order, and every model that is stored."""
    assert {file.stem.partition("-")[0] for file in STORED} == set(MODELS)
    orders = [json.loads(file.read_text(encoding="utf-8")) for file in STORED if file.stem.startswith("order")]
    actions = {action.model_fields["kind"].default for action in get_args(get_args(Action.__value__)[0])}
    assert {order["action"]["kind"] for order in orders} == actions
