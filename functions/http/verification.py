"""Verifies a request with a secret that may have been rotated since it was read."""

from collections.abc import Callable
from typing import Protocol


class NotSigned(Exception):
    """No key in use made the signature. The message may tell an honest sender what to change; it holds no secret."""


class ReadSecret[S](Protocol):
    """Reads a secret, at most `max_age` seconds old; by default as old as secrets may be."""

    def __call__(self, *, max_age: float = ...) -> S:
        """Return the secret."""


def verify_with_rotation[S, T](read: ReadSecret[S], verify: Callable[[S], T]) -> T:
    """Return what `verify` gives for the secret. Raises NotSigned where `verify` does so twice.

    A signature that fits no key may be made with one that came into use since the secret was read. So the secret is
    read again before the request is refused, and a rotation leaves no gap.
    """
    try:
        return verify(read())
    except NotSigned:
        return verify(read(max_age=0))
