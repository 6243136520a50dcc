"""python -m ops audit: who did what since when; of a room, of a job, or by somebody."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError

from functions.ledger.audit import moment
from ops.deployment import Deployment, one_line
from ops.errors import OpsError
from ops.progress import counting
from shared.audit import AuditRecord
from shared.command_line import CommandLine

if TYPE_CHECKING:  # the stubs are a development dependency, absent on an operator's machine
    from mypy_boto3_dynamodb import DynamoDBClient

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=3653)
"""The longest that AuditRetentionDays can be. Days before that are not asked for."""
_COLUMNS = {"time": 20, "what": 17, "who": 30, "through": 8, "channel": 11, "room": 12, "user": 12}
"""The columns of a table with their widths. The job and the result come last, because they are long."""
_FIELDS = tuple(AuditRecord.model_fields)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are wanted. None is any."""

    since: datetime
    until: datetime
    who: str | None = None
    room: str | None = None
    job: str | None = None

    def has(self, record: AuditRecord) -> bool:
        """Return whether the record is wanted."""
        return (
            self.since <= record.at <= self.until
            and self.who in {None, record.who.id}
            and self.room in {None, record.room_id}
            and self.job in {None, record.job_id}
        )


def show(deployment: Deployment, wanted: Wanted, form: str, command: CommandLine) -> int:
    """Print the records, the oldest first, as they are read."""
    if wanted.since > wanted.until:
        raise OpsError(f"--since {moment(wanted.since)} is after --until {moment(wanted.until)}: nothing can be there")
    heading, line = _FORMS[form]
    for text in heading:
        command.show(text)
    with one_line(deployment.name), counting("records read") as counter:
        for record in counter.of(read(deployment.client("dynamodb"), deployment.audit.name, wanted)):
            if wanted.has(record):
                command.show(line(record))
    return 0


def read(client: "DynamoDBClient", table: str, wanted: Wanted) -> Iterator[AuditRecord]:
    """Give the records of the job, of the room, or of the days, in the order of time, page by page.

    The indexes lag by a second or two. Raises OpsError for a record that only a newer recordbot can read.
    """
    if wanted.job is not None:
        asked = [("job", wanted.job)]
    elif wanted.room is not None:
        asked = [("room", wanted.room)]
    else:
        first = max(wanted.since, wanted.until - _LONGEST).date()
        asked = [("day", f"{first + timedelta(days=n)}") for n in range((wanted.until.date() - first).days + 1)]
    for index, value in asked:
        pages = client.get_paginator("query").paginate(
            TableName=table,
            IndexName=index,
            KeyConditionExpression="#by = :value AND #at BETWEEN :since AND :until",
            ExpressionAttributeNames={"#by": index, "#at": "at"},
            ExpressionAttributeValues={
                ":value": {"S": value},
                ":since": {"S": moment(wanted.since)},
                ":until": {"S": moment(wanted.until)},
            },
        )
        for page in pages:
            yield from (_record(item["data"]["S"]) for item in page["Items"])


def _record(data: str) -> AuditRecord:
    try:
        return AuditRecord.model_validate_json(data)
    except ValidationError:
        raise OpsError("a record was written by a newer recordbot: use that one's python -m ops") from None


def time_of(text: str, now: datetime) -> datetime:
    """Return the time that an option means: `7d`, `24h`, `90m` ago, a day, or a time, in UTC if no zone is given."""
    ago = re.fullmatch(r"([0-9]{1,5})([mhd])", text)
    if ago:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise OpsError(f"{text!r} is no time: write 7d, 24h or 90m, 2026-11-02, or 2026-11-02T14:00+01:00") from None


def _table_line(record: AuditRecord) -> str:
    shown = {
        "time": f"{record.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "what": record.what,
        "who": f"{record.who.kind} {record.who.id}",
        "through": record.through or "-",
        "channel": record.channel_id or "-",
        "room": record.room_id or "-",
        "user": record.user_id or "-",
    }
    about = [record.job_id and f"job {record.job_id}", record.result, record.order_id and f"order {record.order_id}"]
    columns = [f"{shown[name]:{width}}" for name, width in _COLUMNS.items()]
    return "  ".join([*columns, " · ".join(filter(None, about))]).rstrip()


def _csv_line(record: AuditRecord) -> str:
    values = record.model_dump(mode="json") | {"who": f"{record.who.kind} {record.who.id}"}
    return _row(["" if values[name] is None else str(values[name]) for name in _FIELDS])


def _row(values: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


_HEADING = "  ".join([*(f"{name:{width}}" for name, width in _COLUMNS.items()), "result"])
_FORMS: dict[str, tuple[list[str], Callable[[AuditRecord], str]]] = {
    "table": ([_HEADING], _table_line),
    "jsonl": ([], lambda record: record.model_dump_json(exclude_none=True)),
    "csv": ([_row(list(_FIELDS))], _csv_line),
}
