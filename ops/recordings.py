"""python -m ops recordings: list the recordings that are not over."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ops.deployment import Deployment, one_line
from ops.output import Output, as_table
from shared.recordings import Recording

_COLUMNS = ("room", "user", "state", "since", "due", "by", "channel", "job")


def show(deployment: Deployment, output: Output) -> int:
    """Print what is planned, starting or running, or has an unknown outcome: what is due next comes first."""
    with one_line(deployment.name):
        live = deployment.ledger().recordings.live()
    rows = [_row(it) for it in live]
    texts = [{name: _text(value) for name, value in row.items()} for row in rows]
    output.show({"recordings": rows}, *(_lines(texts) if texts else ["no recording is planned or runs"]))
    return 0


def _row(recording: Recording) -> dict[str, object]:
    """Return what an operator wants to know. It holds no push address and no address of Slack."""
    limit = recording.limit
    return {
        "recording": recording.id,
        "room": recording.request.room_id,
        "user": recording.request.user_id,
        "job": recording.job_id,
        "state": str(recording.state),
        "since": _utc(recording.since),
        "ends_at": _utc(None if limit is None else limit.ends_at),
        "due": _utc(recording.due_at),
        "by": f"{recording.actor.kind} {recording.actor.id}",
        "channel": recording.channel_id,
    }


def _lines(rows: Sequence[dict[str, str]]) -> list[str]:
    return as_table([_COLUMNS, *([row[name] for name in _COLUMNS] for row in rows)])


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(value: object) -> str:
    return "-" if value is None else str(value)
