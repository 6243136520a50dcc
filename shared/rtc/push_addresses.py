"""Push addresses as the ledger stores them. The end of one is a key that lets anyone publish, so it is not stored."""

import hashlib
import re
from urllib.parse import urlsplit

WITHOUT_KEYS = {"push_keys": False}
"""The context in which models are dumped for the ledger."""
_KEPT = re.compile(r"(?:rtmps?://[^/@]+/)?kept-[0-9a-f]{8}")
_ADDRESS = re.compile(r"rtmps?://\S+", re.IGNORECASE)


def is_push_address(text: str) -> bool:
    """Return whether the whole text is a push address."""
    return _ADDRESS.fullmatch(text) is not None


def keys_in(url: str) -> tuple[str, ...]:
    """Return the parts of the address that may be a key, the longest first: what follows the host, and who logs in."""
    place, _, path = url.partition("://")[2].partition("/")
    last, _, query = path.rpartition("/")[2].partition("?")
    login = place.rpartition("@")[0].split(":")
    values = [pair.partition("=")[2] for pair in query.split("&")]
    return tuple(sorted(filter(None, {path, last, query, *values, *login}), key=len, reverse=True))


def without_key(url: str) -> str:
    """Return the address cut after its host, with a few bits of a hash instead, so that two can still be compared.

    Of a text that is no address, only the hash is left. An address without its key is returned as it is.
    """
    if _KEPT.fullmatch(url):
        return url
    digest = f"kept-{hashlib.sha256(url.encode(errors='replace')).hexdigest()[:8]}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return digest
    place = parts.netloc.rpartition("@")[2]
    is_shown = parts.scheme in {"rtmp", "rtmps"} and parts.hostname
    return f"{parts.scheme}://{place}/{digest}" if is_shown else digest
