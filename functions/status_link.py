"""The link to an order's status: whoever has it may read that one order, and nothing else, for a week.

/orders/{order_id}?expires=UNIX_TIME&signature=...
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import parse_qs

from functions.problems import Problem

LIFETIME = timedelta(days=7)
_HOUR = 3600


def status_path(order_id: str, placed_at: datetime, key: str) -> str:
    """The link, without scheme and host, that ends a week after the order was placed, at the next full hour.

    The full hour gives an event that is sent twice in a row the same link twice.
    """
    end = (placed_at + LIFETIME).timestamp()
    expires = str(int(end // _HOUR + 1) * _HOUR)
    return f"/orders/{order_id}?expires={expires}&signature={_sign(order_id, expires, key)}"


def check_status_link(order_id: str, query: str, keys: Sequence[str], now: datetime) -> None:
    """Raise a Problem unless one of the keys made this link, and it hasn't ended: 404, or 410 once it has."""
    given = parse_qs(query) if len(query) < 1000 else {}  # noqa: PLR2004 # a link has some 80
    expires, signature = (given.get(name, [""])[0] for name in ("expires", "signature"))
    matches = [hmac.compare_digest(_sign(order_id, expires, key).encode(), signature.encode()) for key in keys]
    if not any(matches) or not re.fullmatch(r"[0-9]{1,12}", expires):
        raise Problem(HTTPStatus.NOT_FOUND, "no such order, or the link to it isn't whole")
    if now.timestamp() >= int(expires):
        raise Problem(HTTPStatus.GONE, "a link to an order's status ends after a week")


def _sign(order_id: str, expires: str, key: str) -> str:
    message = f"GET /orders/{order_id} until {expires}".encode(errors="replace")
    return base64.urlsafe_b64encode(hmac.digest(key.encode(), message, hashlib.sha256)).decode().rstrip("=")
