"""What the audit has of a test, and what it has to have: looked at after each test of the shared system."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from local.system import System
from shared.attempts import Attempt, Duplicate, NotStarted, Started, Unknown
from shared.audit import AuditRecord, Deed
from shared.recordings import End, Recording, RecordingState
from shared.stops import StopRecord


def items(system: System, table: str) -> list[dict[str, Any]]:
    """All items of a table."""
    scan = system.stack.dynamodb.get_paginator("scan")
    return [it for page in scan.paginate(TableName=system.stack.table_name(table)) for it in page["Items"]]


def records(system: System) -> list[AuditRecord]:
    """All records, the oldest first."""
    return sorted(map(_record, items(system, "AuditTable")), key=lambda it: it.at)


def _record(item: dict[str, Any]) -> AuditRecord:
    return AuditRecord.model_validate_json(item["data"]["S"])


def secrets_of(system: System) -> set[str]:
    """Each text in the system's secrets, and what makes a response_url one."""
    pending: list[object] = [*system.stack.secrets.values()]
    found = {urlsplit(it.response_url).path.rpartition("/")[2] for it in system.slack.deliveries()} - {""}
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            pending += value.values()
        elif isinstance(value, list | tuple):
            pending += value
        else:
            found.add(str(value).removeprefix("whsec_"))
    return found


def check(system: System) -> None:
    """Fail unless each step that the ledger has is in the audit, and no secret is."""
    ledger, audit = items(system, "LedgerTable"), items(system, "AuditTable")
    text = json.dumps(audit)
    assert not [secret for secret in secrets_of(system) if secret in text]
    there = {(it.order_id, it.what) for it in map(_record, audit)}
    missing = {step for item in ledger for step in _steps(item)} - there
    assert not missing, f"the audit lacks {missing}"


def _steps(item: dict[str, Any]) -> Iterator[tuple[str, Deed]]:
    """What the audit has to have about an item of the ledger: the order, and what was done."""
    if not item["pk"]["S"].startswith("ORDER#"):
        return
    data = item["data"]["S"]
    match item["sk"]["S"].partition("#")[0]:
        case "attempt":
            attempt = Attempt.model_validate_json(data)
            for kind, deed in _OUTCOMES.items():
                if isinstance(attempt.outcome, kind):
                    yield attempt.order_id, deed
            if attempt.calls:
                yield attempt.order_id, Deed.CALLING
        case "recording":
            yield from ((it.order_id, deed) for it in (Recording.model_validate_json(data),) for deed in _of(it))
        case "stop":
            stop = StopRecord.model_validate_json(data)
            if stop.settled_at is not None:
                yield stop.order_id, Deed.STOP_DONE


_OUTCOMES = {
    Started: Deed.STARTED,
    NotStarted: Deed.NOT_STARTED,
    Unknown: Deed.OUTCOME_UNKNOWN,
    Duplicate: Deed.ALREADY_RECORDING,
}


def _of(recording: Recording) -> Iterator[Deed]:
    if recording.planned:
        yield Deed.PLANNED
    if recording.state is RecordingState.RECORDING:
        yield Deed.RUNS
    if recording.stop_asked is not None:
        yield Deed.STOP_ASKED
    if recording.files:
        yield Deed.FILES
    match recording.end:
        case None | End.NOT_STARTED:
            pass
        case End.RELEASED:
            yield Deed.RELEASED
        case End.GONE | End.UNSEEN:
            yield Deed.LOST
        case _:
            yield Deed.ENDED
