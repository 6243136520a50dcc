"""An order: what is asked, by whom, and where the answer goes. It is the queue's message, as JSON."""

import hashlib
import secrets
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.rtc.models import GivenJobId, RecordingRequest, RtcId, VideoType
from shared.slack_refs import ReplyTo

MAX_STREAMS = 10
"""Streams that one order may name: from Slack, users of one room."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U to misread

LATEST_END = timedelta(hours=1)
"""From placing an order to when nobody works on it any more. functions/worker/delivery.py keeps within it."""

type OrderId = Annotated[str, StringConstraints(pattern=r"^(?:[0-9A-HJKMNP-TV-Z]{12}){1,2}$")]
"""12 characters of a command's order, 24 of an event's: that one is a hash, and has to stay alone of its kind."""

type ChannelId = Annotated[str, StringConstraints(pattern=r"^[CGD][A-Z0-9]{1,20}$")]
"""A Slack channel's id, as a caller of the webhook may give it."""


def new_order_id() -> str:
    """A new id: 12 characters, 60 random bits, easy to read out to an operator."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def order_id_of(caller: str, webhook_id: str) -> str:
    """The one id of a caller's event, however often it is sent: 24 characters, 120 bits of a hash."""
    number = int.from_bytes(hashlib.sha256(f"{caller}\n{webhook_id}".encode()).digest()[:15])
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(24))


class NotQueued(Exception):
    """The queue did not take the order: nothing comes of it."""


class PerhapsQueued(Exception):
    """No usable answer came from the queue, which may have the order nevertheless."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Stop(_Part):
    """What to stop: one job, or whatever records a user of a room, or only that user's camera or screen."""

    job_id: GivenJobId | None = None
    room_id: RtcId | None = None
    user_id: RtcId | None = None
    video_type: VideoType | None = None

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        by_stream = self.room_id is not None and self.user_id is not None
        if by_stream == (self.job_id is not None):
            raise ValueError("either job_id, or room_id and user_id")
        return self


class Order(_Part):
    """A command or an event accepted: streams to start, or something to stop.

    Unknown fields of it are ignored: a newer door may stand before an older recorder. One that knows no `stop` finds an
    order for nothing in it, and refuses that.
    """

    order_id: OrderId
    requests: Annotated[tuple[RecordingRequest, ...], Field(max_length=MAX_STREAMS)] = ()
    stop: Stop | None = None
    dry_run: bool = False
    """Whether to answer with what would be sent instead of sending it."""
    requested_by: str
    """The Slack user id of the person who asked, or the name of the caller, which is in lower case."""
    placed_at: AwareDatetime
    reply_to: ReplyTo | None = None
    """None where nobody is told in Slack."""
    body_digest: str | None = None
    """SHA-256 of the event that the order was made from, in hex; None for a command."""
    look: Annotated[int, Field(ge=0)] = 0
    """0 for the order itself; n where it comes back for the n-th look whether what it started runs."""

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        if bool(self.requests) == (self.stop is not None):
            raise ValueError("either streams to start, or something to stop")
        return self
