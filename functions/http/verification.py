"""Verify a request with a secret that may have been rotated since it was read."""

from collections.abc import Callable
from typing import Protocol


class NotSigned(Exception):
    """No current key made the signature. The message helps an honest sender, and holds no secret."""


class ReadSecret[S](Protocol):
    """Reads a secret, at most `max_age` seconds old, by default `secrets.LIFETIME`."""

    def __call__(self, *, max_age: float = ...) -> S:
        """Return the secret; one that is up to `secrets.RETRY_AFTER` seconds old, whatever `max_age` says."""


def verify_with_rotation[S, T](read: ReadSecret[S], verify: Callable[[S], T]) -> T:
    """Return the result of `verify` for the secret. Raises NotSigned if `verify` raises it twice.

    The signature may be made with a key that is newer than the cached secret. So the secret is read again before the
    request is refused, but at most every `secrets.RETRY_AFTER` seconds: until then a new key may be refused.
    """
    try:
        return verify(read())
    except NotSigned:
        return verify(read(max_age=0))
