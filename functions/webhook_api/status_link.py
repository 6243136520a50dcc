"""The link to an order's status. A person who has it may read that one order, and nothing else, for a week.

/orders/{order_id}?body=DIGEST&expires=UNIX_TIME&signature=...

It names the body of its event. If two bodies came under one webhook-id, only the link for the first one works.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from functions.http.verification import NotSigned

LIFETIME = timedelta(days=7)
_HOUR = 3600
_MOST_CHARACTERS = 1000
"""The most characters of a query; a link's query has about 100."""
_DIGEST = 16
"""Characters of a body's digest in a link."""


@dataclass(frozen=True, slots=True)
class StatusLink:
    """The content of a valid link."""

    body: str
    """The first characters of the digest of the event's body."""
    ends: datetime

    @property
    def placed_by(self) -> datetime:
        """The latest time at which the order can have been placed."""
        return self.ends - LIFETIME


def status_path(order_id: str, body_digest: str, begins_at: datetime, key: bytes) -> str:
    """Return the link without scheme and host. It ends a week after `begins_at`, at the next full hour.

    `begins_at` is when the order was placed, or when the recording that it plans is to start.
    Because of the full hour, an event that is sent twice in a row gets the same link.
    """
    end = (begins_at + LIFETIME).timestamp()
    body, expires = body_digest[:_DIGEST], str(int(end // _HOUR + 1) * _HOUR)
    return f"/orders/{order_id}?body={body}&expires={expires}&signature={_sign(order_id, body, expires, key)}"


def read_status_link(order_id: str, query: str, keys: Sequence[bytes]) -> StatusLink:
    """Return the link's content. Raises NotSigned unless one of the keys signed it."""
    given = parse_qs(query) if len(query) < _MOST_CHARACTERS else {}
    body, expires, signature = (given.get(name, [""])[0] for name in ("body", "expires", "signature"))
    theirs = signature.encode(errors="replace")
    matches = [hmac.compare_digest(_sign(order_id, body, expires, key).encode(), theirs) for key in keys]
    if not any(matches) or not re.fullmatch(r"[0-9]{1,12}", expires):
        raise NotSigned("no such order, or the link is incomplete")
    return StatusLink(body, datetime.fromtimestamp(int(expires), UTC))


def _sign(order_id: str, body: str, expires: str, key: bytes) -> str:
    message = f"GET /orders/{order_id} of {body} until {expires}".encode(errors="replace")
    return base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256)).decode().rstrip("=")
