"""Hide what the page must never show: tokens, keys, signatures, response URLs and RTMP keys."""

import re

MASK = "[hidden]"

# A pattern's group stays; the rest of the match is the secret.
_SECRETS = (
    re.compile(r"(\bv0=)[0-9a-f]{64}"),
    re.compile(r"(\bsignature=)[\w-]{16,}", re.IGNORECASE),
    re.compile(r"(\bv1,)[\w+/=]+"),
    re.compile(r"(\bwhsec_)[\w+/=]+"),
    re.compile(r"(\bxox[a-z]-)[\w-]+"),
    re.compile(r"((?:/|%2F)hooks(?:/|%2F)(?:commands|actions)(?:/|%2F))[\w-]+", re.IGNORECASE),
    re.compile(r"(\brtmps?://)[^\s\"']+", re.IGNORECASE),
    re.compile(r"(x-(?:security|auth)-token: ?)[^\s']+", re.IGNORECASE),
)
_SECRET_NAMES = frozenset({"x-security-token", "x-auth-token", "token", "trigger_id", "receipthandle"})


def masked(document: object) -> object:
    """Return the JSON document with every secret in its strings hidden."""
    match document:
        case str():
            return _masked_text(document)
        case dict():
            return {
                name: MASK if name.lower() in _SECRET_NAMES and value else masked(value)
                for name, value in document.items()
            }
        case list() | tuple():
            return [masked(part) for part in document]
        case _:
            return document


def _masked_text(text: str) -> str:
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{MASK}", text)
    return text
