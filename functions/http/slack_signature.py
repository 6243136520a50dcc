"""Slack's signature on its requests. It proves that the bytes came from Slack, and when.

https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

WINDOW = 300
"""The largest difference between Slack's clock and ours, in seconds. Beyond it a request counts as replayed."""
_FORM = re.compile("v0=[0-9a-f]{64}")


def could_be_signed(headers: Mapping[str, str], now: float) -> bool:
    """Return whether the headers have the form of a signature around `now` (Unix time, seconds). No secret is needed.

    Header names are in lower case. Missing or malformed headers give False, never an error.
    """
    try:
        late = abs(now - int(headers.get("x-slack-request-timestamp", ""))) > WINDOW
    except (ValueError, OverflowError):
        return False
    return not late and _FORM.fullmatch(headers.get("x-slack-signature", "")) is not None


def is_signed(body: bytes, headers: Mapping[str, str], secrets: Iterable[str], now: float) -> bool:
    """Return whether the raw body was signed with one of the signing secrets around `now` (Unix time, seconds)."""
    if not could_be_signed(headers, now):
        return False
    message = b"v0:%s:%s" % (headers["x-slack-request-timestamp"].encode(), body)
    signature = headers["x-slack-signature"]
    return any(hmac.compare_digest(_sign(message, secret), signature) for secret in secrets)


def _sign(message: bytes, secret: str) -> str:
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
