"""HTTP messages as values: the requests to a stand-in, and its answers, without sockets."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Self


@dataclass(frozen=True, slots=True)
class Headers:
    """A message's headers in the order received. Names are case-insensitive; values are Latin-1 text."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return the first value under `name`, or `default`."""
        return next(iter(self.get_all(name)), default)

    def get_all(self, name: str) -> list[str]:
        """Return every value under `name`, in order."""
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def __contains__(self, name: str) -> bool:
        return bool(self.get_all(name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was received. `target` is that of the request line, with path and query still percent-encoded."""

    method: str
    target: str
    headers: Headers = Headers()
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target up to its `?`, undecoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The target after its first `?`, undecoded; empty if there is none."""
        return self.target.partition("?")[2]


class Wire(Enum):
    """What happens to an answer on the connection."""

    WHOLE = "whole"
    CUT = "cut"  # half of the body, then the connection is closed
    RESET = "reset"  # no byte: the connection is reset (RST)
    NOTHING = "nothing"  # no byte: the connection is closed; with a long delay, the server seems silent


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, sent after `delay` seconds. An iterable body is streamed, and ends with the connection.

    A stream without news (server-sent events) yields b"" about once a second, so that the server can close.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterable[bytes] = b""
    delay: float = 0.0
    wire: Wire = Wire.WHOLE

    @classmethod
    def of_json(cls, status: int, document: object, headers: tuple[tuple[str, str], ...] = ()) -> Self:
        """Return an answer whose body is `document` as JSON."""
        return cls(status, (("Content-Type", "application/json"), *headers), json.dumps(document).encode())
