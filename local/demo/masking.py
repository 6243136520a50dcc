"""Hide what the page must never show: tokens, keys, signatures, response URLs and RTMP keys."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from shared.rtc.push_addresses import keys_in

MASK = "[hidden]"

# A pattern's group stays; the rest of the match is the secret.
_SECRETS = (
    re.compile(r"(\bv0=)[0-9a-f]{64}"),
    re.compile(r"(\bAccess=)[^\s,]+"),
    re.compile(r"(\bsignature=)[\w-]{16,}", re.IGNORECASE),
    re.compile(r"(\bv1,)[\w+/=]+"),
    re.compile(r"(\bwhsec_)[\w+/=]+"),
    re.compile(r"(\bxox[a-z]-)[\w-]+"),
    re.compile(r"((?:/|%2F)hooks(?:/|%2F)(?:commands|actions)(?:/|%2F))[\w-]+", re.IGNORECASE),
    re.compile(r"(\brtmps?://)[^\s\"']+", re.IGNORECASE),
    re.compile(r"(x-(?:security|auth)-token: ?)[^\s']+", re.IGNORECASE),
)
_SECRET_NAMES = frozenset({"x-security-token", "x-auth-token", "token", "trigger_id", "receipthandle"})


_PUSH_ADDRESS = re.compile(r"\brtmps?://[^\s\"'\\]+", re.IGNORECASE)
_LEAST_SECRET = 6
"""Shorter texts are no secrets, and may be anywhere."""


def masked(document: object, own: Iterable[str] = ()) -> object:
    """Return the JSON document with every secret in its strings hidden: what looks like one, and each text of `own`.

    The key of a push address in the document is hidden elsewhere in it too: RTC may repeat it alone.
    """
    keys = {key for text in texts_in(document) for url in _PUSH_ADDRESS.findall(text) for key in keys_in(url)}
    hidden = sorted((it for it in {*keys, *own} if len(it) >= _LEAST_SECRET), key=len, reverse=True)
    return _masked(document, tuple(hidden))


def texts_in(document: object) -> Iterator[str]:
    """Yield each string in the JSON document that is no name."""
    match document:
        case str():
            yield document
        case Mapping():
            yield from texts_in([*document.values()])
        case list() | tuple():
            for part in document:
                yield from texts_in(part)
        case _:
            pass


def _masked(document: object, own: tuple[str, ...]) -> object:
    match document:
        case str():
            return _masked_text(document, own)
        case dict():
            return {
                name: MASK if name.lower() in _SECRET_NAMES and value else _masked(value, own)
                for name, value in document.items()
            }
        case list() | tuple():
            return [_masked(part, own) for part in document]
        case _:
            return document


@lru_cache(maxsize=20_000)
def _masked_text(text: str, own: tuple[str, ...]) -> str:
    # Cached, because the page asks for the same texts again at each change.
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{MASK}", text)
    for secret in own:
        text = text.replace(secret, MASK)
    return text
