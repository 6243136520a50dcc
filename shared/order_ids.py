"""The ids of orders and recordings: short enough to read aloud, and the same when one thing is asked again."""

import hashlib
import secrets
from typing import Annotated

from pydantic import StringConstraints

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U to misread

type OrderId = Annotated[str, StringConstraints(pattern=r"^(?:[0-9A-HJKMNP-TV-Z]{12}){1,2}$")]
"""12 characters for a command, 24 for an event: an event's id is a hash, which must be unique."""

type RecordingId = Annotated[str, StringConstraints(pattern=r"^(?:[0-9A-HJKMNP-TV-Z]{12}){1,2}\.[0-9]$")]
"""A recording's id: that of its order, and its place in it."""


def new_order_id() -> str:
    """Return a new id: 12 characters, 60 random bits, easy to read aloud."""
    return "".join(_ALPHABET[byte % 32] for byte in secrets.token_bytes(12))


def order_id_of(caller: str, webhook_id: str) -> str:
    """Return the id of a caller's event, which is the same each time it is sent: 24 characters, 120 bits of a hash."""
    return _hashed(f"{caller}\n{webhook_id}", 24)


def order_id_of_click(*identity: str) -> str:
    """Return the id of a click's order, which is the same each time that Slack sends the click: 60 bits of a hash."""
    return _hashed("\n".join(("click", *identity)), 12)


def _hashed(text: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:15])
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(length))
