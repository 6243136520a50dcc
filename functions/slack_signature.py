"""Slack's signature on its requests: what says that bytes came from Slack, and lately.

https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

WINDOW = 300
"""Seconds between Slack's clock and ours beyond which a request counts as replayed."""


def is_signed(body: bytes, headers: Mapping[str, str], secrets: Iterable[str], now: float) -> bool:
    """Whether the body, as it came, was signed with one of the signing secrets around `now` (Unix time, seconds).

    Header names are in lower case. False, and never an error, for headers that are absent or garbage.
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    try:
        if abs(now - int(timestamp)) > WINDOW:
            return False
    except (ValueError, OverflowError):
        return False
    signature = headers.get("x-slack-signature", "").encode(errors="replace")
    message = b"v0:%s:%s" % (timestamp.encode(), body)
    return any(hmac.compare_digest(_sign(message, secret), signature) for secret in secrets)


def _sign(message: bytes, secret: str) -> bytes:
    return b"v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()
