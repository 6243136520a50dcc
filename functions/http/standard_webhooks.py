"""The signature of Standard Webhooks. It proves that the bytes came from a caller, and when.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
docs/decisions/ says why this isn't the `standardwebhooks` package, with which the tests send.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from functions.http.verification import NotSigned

WINDOW = 300
"""The largest difference between the sender's clock and ours, in seconds. Beyond it a request counts as replayed."""
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_PREFIX = "whsec_"
_LEAST_KEY, _MOST_KEY = 24, 64  # the standard's bounds, in bytes
MOST_KEYS = 4
"""The most keys that one caller may have; a rotation needs two."""
_NOBODYS_KEY = b"\0" * _LEAST_KEY
_NO_MATCH = (
    "no signature matched: it has to be v1, and the base64 of HMAC-SHA256 over id.timestamp.body, where body is the "
    "raw bytes that are sent and the key is what follows whsec_, decoded from base64"
)


def read_key(text: str) -> bytes:
    """Return the key that `whsec_...` encodes. Raises ValueError for any other text, without repeating it."""
    if not text.startswith(_PREFIX):
        raise ValueError("a key starts with whsec_")
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise ValueError("what follows whsec_ is not base64") from None
    if not _LEAST_KEY <= len(key) <= _MOST_KEY:
        raise ValueError(f"a key has {_LEAST_KEY} to {_MOST_KEY} bytes")
    return key


def signed_content(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    """Return the bytes that a signature covers."""
    return b"%s.%s.%s" % (webhook_id.encode(), timestamp.encode(), body)


def sign(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature as the header has it."""
    digest = hmac.new(key, signed_content(webhook_id, timestamp, body), hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def require_form(headers: Mapping[str, str], now: float) -> None:
    """Raise NotSigned unless the headers have the form of a signature around `now`. That needs no key."""
    missing = [name for name in HEADERS if not headers.get(name)]
    if missing:
        raise NotSigned(f"missing: {', '.join(missing)}")
    if not re.fullmatch(r"[\x21-\x2d\x2f-\x7e]{1,128}", headers["webhook-id"]):
        # With a dot in the id, two different requests could have the same signed bytes.
        raise NotSigned("webhook-id has to be 1 to 128 plain characters, without a dot")
    if not re.fullmatch(r"[0-9]{1,12}", headers["webhook-timestamp"]):
        raise NotSigned("webhook-timestamp has to be Unix time in whole seconds")
    off = round(int(headers["webhook-timestamp"]) - now)
    if abs(off) > WINDOW:
        side = "ahead of" if off > 0 else "behind"
        raise NotSigned(f"webhook-timestamp is {abs(off)} seconds {side} our clock; {WINDOW} are allowed")


def verify(body: bytes, headers: Mapping[str, str], keys: Sequence[bytes], now: float) -> str:
    """Return the webhook-id of a request that one of the keys signed around `now` (Unix time, seconds).

    Header names are in lower case. There are at most MOST_KEYS keys. Raises NotSigned, also if there are none.
    """
    require_form(headers, now)
    webhook_id, timestamp, signatures = (headers[name] for name in HEADERS)
    given = [signature.encode(errors="replace") for signature in signatures.split()]
    # Each caller takes the same number of comparisons, so the time doesn't show how many keys a caller has.
    several = [*keys, *[_NOBODYS_KEY] * (MOST_KEYS - len(keys))]
    expected = [sign(key, webhook_id, timestamp, body).encode() for key in several]
    matches = [
        hmac.compare_digest(ours, theirs) and place < len(keys)
        for place, ours in enumerate(expected)
        for theirs in given
    ]
    if not any(matches):
        raise NotSigned(_NO_MATCH)
    return webhook_id


def signer(headers: Mapping[str, str], keys_of: Mapping[str, Sequence[bytes]], now: float) -> str:
    """Return who signed a request without a body, by the key. Raises NotSigned, as `verify` does."""
    names, refusal = [], NotSigned(_NO_MATCH)
    for name, keys in keys_of.items():
        try:
            verify(b"", headers, keys, now)
        except NotSigned as error:
            refusal = error
        else:
            names.append(name)  # goes on: the time must not show whose key it is
    if not names:
        raise refusal
    return names[0]
