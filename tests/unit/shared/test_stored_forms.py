"""What is on the queue and in the ledger as it was once written: later versions must read it.

Each file of tests/samples/stored holds one kind of message or item. A change of a model may add files and never alters
one: what a deployment has stored stays readable.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from pydantic import BaseModel

from bot.messages.recording_card import card
from functions.ledger.answers import Answer
from functions.ledger.channels import WaitingOrder
from functions.ledger.configurations import StoredTeam
from functions.ledger.homes import OpenedHome
from functions.ledger.pace import SLOWEST, NotYet, Pace, Paused
from functions.ledger.recordings import Last, Pointer, _data
from functions.ledger.table import Table
from functions.ledger.usages import Starts
from ops.forget import Forgetting
from shared.attempts import Attempt, Outcome, StreamLock
from shared.audit import AuditRecord
from shared.orders import Action, Order, PlacedOrder, Tick
from shared.recordings import Recording, RecordingState
from shared.stops import StopRecord
from tests.paths import ROOT, SAMPLES

PACE = SAMPLES / "stored" / "pace.json"
"""The one item of numbers. It has no model."""
STORED = sorted(set((SAMPLES / "stored").glob("*.json")) - {PACE})
READERS = [*(ROOT / "functions/ledger").glob("*.py"), ROOT / "functions/aws/queue.py", *(ROOT / "ops").rglob("*.py")]
MODELS: dict[str, type[BaseModel]] = {
    "order": Order,
    "tick": Tick,
    "placed": PlacedOrder,
    "attempt": Attempt,
    "lock": StreamLock,
    "recording": Recording,
    "stop": StopRecord,
    "answer": Answer,
    "pointer": Pointer,
    "last": Last,
    "waiting": WaitingOrder,
    "starts": Starts,
    "forgetting": Forgetting,
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
    """Each check writes it short: fields with their defaults, and what RTC said as it was asked. Nothing is lost."""
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


def test_numbers_that_were_stored_mean_what_they_meant() -> None:
    """The pace says until when no call is made, whether one tries the key again, and how slow calls are."""
    numbers: dict[str, int] = json.loads(PACE.read_text(encoding="utf-8"))
    table = Numbers(numbers)
    pace = Pace(cast("Table", table), "app", 10)
    at = {name: datetime.fromtimestamp(number / 1000, UTC) for name, number in numbers.items() if number > SLOWEST}
    assert pace.book(10, timedelta(minutes=5), at["slowed_at"]) == Paused(at["stopped_until"])
    assert isinstance(pace.book(10, timedelta(minutes=5), at["stopped_until"]), NotYet)
    assert table.updates == 2, "once for each turn: then the pace knows that another call tries the key"
    assert pace._slowness(numbers["slowed_at"]) == numbers["slowness"]
    text = (ROOT / "functions/ledger/pace.py").read_text(encoding="utf-8")
    used = re.findall(r'_seen(?:\.get\(|\[)"(\w+)"', text) + re.findall(r'"(\w+)" (?:not )?in self\._seen', text)
    assert set(used) <= numbers.keys()


class Numbers:
    """A table that has these numbers, and takes no others."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.numbers = dict(numbers)
        self.updates = 0

    def read_numbers(self, _key: object) -> dict[str, int]:
        return self.numbers

    def update(self, *_: object, **__: object) -> tuple[bool, dict[str, int]]:
        self.updates += 1
        return False, self.numbers


def models_read() -> Iterator[str]:
    """The names of the models that the sources read from the tables and the queues."""
    for node in (it for file in READERS for it in ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
        match node:
            case (
                ast.Call(func=ast.Attribute(attr="read"), args=[_, model])
                | ast.Attribute(attr="model_validate_json", value=model)
            ):
                names = (it.id for it in ast.walk(model) if isinstance(it, ast.Name))
                yield from (name for name in names if name[0].isupper())


def kinds(union: Any) -> set[str]:
    """The `kind` of each model of a union."""
    return {model.model_fields["kind"].default for model in get_args(get_args(union.__value__)[0])}


def test_every_kind_has_a_sample() -> None:
    """Each model that is read from a table or a queue, each action, outcome and state of a recording."""
    assert {model.__name__ for model in MODELS.values()} == set(models_read())
    assert {file.name for file in READERS if "read_numbers(" in file.read_text("utf-8")} == {"pace.py", "table.py"}
    assert {file.stem.partition("-")[0] for file in STORED} == set(MODELS)

    def samples(kind: str) -> Iterator[Any]:
        return (json.loads(it.read_text("utf-8")) for it in STORED if it.stem.partition("-")[0] == kind)

    assert {it["action"]["kind"] for it in samples("order")} == kinds(Action)
    assert {it["outcome"]["kind"] for it in samples("attempt") if it.get("outcome")} == kinds(Outcome)
    assert {it.get("state", RecordingState.STARTING) for it in samples("recording")} == set(RecordingState)
