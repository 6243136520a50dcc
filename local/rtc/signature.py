"""Check SDK-HMAC-SHA256 signatures as the API gateway does, on the request as it was received.

Written from the rules of the signature, without shared/rtc/signing.py: a mistake there must not be repeated here.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote, unquote_to_bytes

from local.http_message import Request
from local.rtc.refusal import Refused

ALGORITHM = "SDK-HMAC-SHA256"
CLOCK_SKEW = timedelta(minutes=15)  # guess: no page of Huawei's has the exact limit
WRONG_SIGNATURES = 5
"""Wrong signatures in a row after which a key is locked."""
LOCK_TIME = timedelta(minutes=5)

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Access=(?P<access_key>[^\s,]+), SignedHeaders=(?P<names>[^\s,]+), "
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_ALWAYS_SIGNED = ("host", "x-sdk-date")
# guess: that they must be signed. Huawei's SDKs sign every header that is set before signing.
_SIGNED_IF_PRESENT = ("content-type", "x-project-id", "x-security-token")


@dataclass(frozen=True, slots=True)
class Key:
    """An access key. A temporary one has a security token, which is sent with every request."""

    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)


class SignatureCheck:
    """Checks signatures, and locks a key after too many wrong ones. Not thread-safe: its owner has the lock."""

    def __init__(self, keys: Mapping[str, Key], clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._clock = clock
        self._wrong: dict[str, int] = {}
        self._locked_until: dict[str, datetime] = {}

    def verify(self, request: Request) -> str:
        """Return the access key that signed `request`. Raises Refused (401)."""
        claim = _AUTHORIZATION.fullmatch(request.headers.get("Authorization"))
        if not claim:
            raise _refused("Authorization is not of the form that AK/SK authentication has")
        access_key, names = claim["access_key"], claim["names"].split(";")
        key = self._keys.get(access_key)
        if key is None:
            raise _refused(f"get secretKey failed, ak: {access_key}, ak not exist")
        if self._clock() < self._locked_until.get(access_key, datetime.min.replace(tzinfo=UTC)):
            raise _refused("AK access failed to reach the limit, forbidden")
        self._check_headers(request, key, names)
        if not hmac.compare_digest(signature(request, names, key.secret_key), claim["signature"]):
            self._count_wrong(access_key)
            raise _refused("verify aksk signature fail")
        self._wrong.pop(access_key, None)
        return access_key

    def _check_headers(self, request: Request, key: Key, names: list[str]) -> None:
        for name in (*_ALWAYS_SIGNED, *(name for name in _SIGNED_IF_PRESENT if name in request.headers)):
            if name not in names:
                raise _refused(f"{name} must be signed")
        for name in names:
            if len(request.headers.get_all(name)) != 1:
                raise _refused(f"{name} is signed, and must be present once")
        date = _read_date(request.headers.get("X-Sdk-Date"))
        if date is None or abs(self._clock() - date) > CLOCK_SKEW:
            raise _refused("x-sdk-date is no date, or more than 15 minutes from now")
        token = request.headers.get("X-Security-Token")
        if not hmac.compare_digest(token.encode("latin-1"), key.security_token.encode()):
            raise _refused("x-security-token is not this key's")

    def _count_wrong(self, access_key: str) -> None:
        self._wrong[access_key] = self._wrong.get(access_key, 0) + 1
        if self._wrong[access_key] >= WRONG_SIGNATURES:
            del self._wrong[access_key]
            self._locked_until[access_key] = self._clock() + LOCK_TIME


def signature(request: Request, names: list[str], secret_key: str) -> str:
    """Return the signature of `request` over the headers `names`, in lower-case hex."""
    digest = hashlib.sha256(canonical_request(request, names)).hexdigest()
    to_sign = "\n".join((ALGORITHM, request.headers.get("X-Sdk-Date"), digest))
    return hmac.new(secret_key.encode(), to_sign.encode("latin-1"), hashlib.sha256).hexdigest()


def canonical_request(request: Request, names: list[str]) -> bytes:
    """Return the canonical request, which is hashed. Its header block ends in a line feed, so an empty line follows."""
    block = "".join(f"{name}:{request.headers.get(name).strip(' \t')}\n" for name in names)
    parts = (
        request.method,
        _canonical_path(request.path),
        _canonical_query(request.query),
        block,
        ";".join(names),
        hashlib.sha256(request.body).hexdigest(),
    )
    return "\n".join(parts).encode("latin-1")


def _canonical_path(path: str) -> str:
    pieces = unquote_to_bytes(path.encode("latin-1")).split(b"/")
    encoded = "/".join(quote(piece, safe="") for piece in pieces)
    return encoded if encoded.endswith("/") else f"{encoded}/"


def _canonical_query(query: str) -> str:
    split = (pair.encode("latin-1").partition(b"=") for pair in query.split("&")) if query else ()
    pairs = sorted((unquote_to_bytes(key), unquote_to_bytes(value)) for key, _, value in split)
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs)


def _read_date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _refused(why: str) -> Refused:
    return Refused(HTTPStatus.UNAUTHORIZED, "APIGW.0301", why)
