"""The ledger's items in DynamoDB: their keys, which functions/ledger/attempts.py lists, and what they are made of."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from shared.attempts import Attempt, StreamLock

KEPT = timedelta(days=30)
"""How long an item is kept after it was written (DynamoDB's TTL)."""

type Item = dict[str, Any]


def order_key(order_id: str, part: str) -> Item:
    """The key of an order's attempt, by its number, or of its `told`, `asked` or `stop`."""
    return _key(f"ORDER#{order_id}", part)


def lock_key(app_id: str, room_id: str, user_id: str, video_type: str | None) -> Item:
    """The key of a stream's lock."""
    return _key(f"ROOM#{app_id}#{room_id}", f"{user_id}#{video_type or 'AUDIO'}")


def job_key(job_id: str) -> Item:
    """The key of the stream that a job records."""
    return _key(f"JOB#{job_id}", "stream")


def item_of(key: Item, content: BaseModel, now: datetime) -> Item:
    """A whole item, but for what its conditions compare."""
    return key | {"data": {"S": content.model_dump_json()}, "expires_at": number(now + KEPT)}


def number(moment: datetime) -> dict[str, str]:
    """A moment as the table has it: Unix time."""
    return {"N": f"{moment.timestamp():.3f}"}


def version(content: Attempt | StreamLock) -> str:
    """What tells one version of an attempt or a lock from every other: an item's `step`."""
    return content.step if isinstance(content, Attempt) else f"{content.order_id}.{content.n} {content.step}"


def _key(partition: str, sort: str) -> Item:
    return {"pk": {"S": partition}, "sk": {"S": sort}}
