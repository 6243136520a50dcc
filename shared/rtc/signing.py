"""SDK-HMAC-SHA256, the AK/SK signature of Huawei Cloud APIs, as a pure function.

Rules: https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html. The known answers in
tests/samples/signing_vectors.json were computed with Huawei's own SDK. If page and SDK differ, we do as the SDK does.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "X-Sdk-Date"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Signed:
    """A request's headers as they are sent, and the two texts that were signed."""

    headers: dict[str, str] = field(repr=False)
    canonical_request: str = field(repr=False)
    string_to_sign: str


def sign(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    access_key: str,
    secret_key: str,
    now: datetime,
) -> Signed:
    """Return the given headers plus Host, X-Sdk-Date (`now`, an aware datetime) and Authorization.

    Every given header is signed unless its name contains `_` (gateways drop those). So give only headers that no proxy
    rewrites. A given Host or X-Sdk-Date is kept. `url` is absolute, as it is sent.
    """
    where = urlsplit(url)
    final = {name: value.strip() for name, value in headers.items()}
    given = {name.lower(): value for name, value in final.items()}
    if "host" not in given:
        final["Host"] = _host(where)
    if DATE_HEADER.lower() not in given:
        final[DATE_HEADER] = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")

    signed = sorted((name.lower(), value) for name, value in final.items() if "_" not in name)
    signed_names = ";".join(name for name, _ in signed)
    canonical_request = "\n".join(
        (
            method.upper(),
            _canonical_path(where.path),
            _canonical_query(where.query),
            "".join(f"{name}:{value}\n" for name, value in signed),
            signed_names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    string_to_sign = "\n".join(
        (
            ALGORITHM,
            dict(signed)[DATE_HEADER.lower()],
            hashlib.sha256(canonical_request.encode()).hexdigest(),
        )
    )
    signature = hmac.digest(secret_key.encode(), string_to_sign.encode(), "sha256").hex()

    # HTTP libraries encode headers as Latin-1. This gives them text for which they send the UTF-8 that was signed.
    wire = {name: value.encode().decode("latin-1") for name, value in final.items()}
    wire["Authorization"] = f"{ALGORITHM} Access={access_key}, SignedHeaders={signed_names}, Signature={signature}"
    return Signed(wire, canonical_request, string_to_sign)


def _host(where: SplitResult) -> str:
    host = where.netloc.rpartition("@")[2]
    default = _DEFAULT_PORTS.get(where.scheme)
    return host.removesuffix(f":{default}") if where.port == default else host


@lru_cache(maxsize=64)  # a client's starts have one path
def _canonical_path(path: str) -> str:
    # Decoded once before it is split, so an encoded slash is signed as a slash. The closing slash is never sent.
    encoded = "/".join(quote(piece, safe="") for piece in unquote(path).split("/"))
    return encoded if encoded.endswith("/") else encoded + "/"


def _canonical_query(query: str) -> str:
    # Sorted before encoding, because the order of encoded text differs.
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
