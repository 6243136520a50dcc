"""An order: what is asked, by whom, and where the answer goes. It is the queue's message, as JSON."""

import secrets
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.recording import RecordingRequest

MAX_STREAMS = 10
"""Streams that one order may name: from Slack, users of one room."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U to misread

type OrderId = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{12}$")]


def new_order_id() -> str:
    """A new id: 12 characters, 60 random bits, easy to read out to an operator."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


class NotQueued(Exception):
    """The queue did not take the order: nothing comes of it."""


class PerhapsQueued(Exception):
    """No usable answer came from the queue, which may have the order nevertheless."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ReplyTo(_Part):
    """Where the answer goes in Slack. The response_url is as good as a password for 30 minutes, and never shown."""

    channel_id: str
    response_url: Annotated[str, Field(repr=False)]


class Order(_Part):
    """A command accepted. Unknown fields of it are ignored: a newer door may stand before an older recorder."""

    order_id: OrderId
    requests: Annotated[tuple[RecordingRequest, ...], Field(min_length=1, max_length=MAX_STREAMS)]
    dry_run: bool = False
    """Whether to answer with what would be sent instead of sending it."""
    requested_by: str
    """The Slack user id of the person who asked."""
    placed_at: AwareDatetime
    reply_to: ReplyTo
    look: Annotated[int, Field(ge=0)] = 0
    """0 for the order itself; n where it comes back for the n-th look whether what it started runs."""
