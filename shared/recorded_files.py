"""A file of a recording: where it is stored, and what is known of it."""

import re
from collections.abc import Iterable
from datetime import UTC
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from pydantic import AwareDatetime, Field

from shared.stored import Stored

_MOST = 10_000_000_000_000_000
"""More bytes or seconds than any file has."""
_OBS_HOST = re.compile(r"(?P<bucket>[a-z0-9.-]{3,63})\.obs\.(?P<location>[a-z0-9-]+)\.[a-z0-9.-]+")

type Amount = Annotated[int, Field(ge=0, le=_MOST)]


class RecordedFile(Stored):
    """A file in a bucket of OBS. RTC may leave out any of it."""

    bucket: str | None = None
    object: str | None = None
    """Its name in the bucket, folders included."""
    location: str | None = None
    """The region of the bucket."""
    format: str | None = None
    """MP4 or HLS."""
    size: Amount | None = None
    """In bytes."""
    duration: Amount | None = None
    """In seconds."""
    width: Amount | None = None
    height: Amount | None = None
    began_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None

    @property
    def name(self) -> str | None:
        """Return its name without the folders."""
        return None if self.object is None else self.object.rpartition("/")[2] or self.object

    def at(self, address: str | None) -> Self:
        """Return the file with the bucket and the object that an address of OBS names, if they are not known."""
        if address is None or self.object is not None:
            return self
        try:
            parts = urlsplit(address)
            host, path = parts.hostname or "", unquote(parts.path.removeprefix("/"), errors="strict")
        except ValueError:
            return self
        named = _OBS_HOST.fullmatch(host)
        if named is None or not path or not path.isprintable():
            return self
        places = {"bucket": self.bucket or named["bucket"], "location": self.location or named["location"]}
        return self.model_copy(update={**places, "object": path})


def merged(known: Iterable[RecordedFile], found: Iterable[RecordedFile]) -> tuple[RecordedFile, ...]:
    """Return all files in the order in which they were recorded. What is said of a file later counts.

    A file is known by its object: of two callbacks about it, one may not name the bucket.
    """
    files: dict[str | None, RecordedFile] = {}
    for file in (*known, *found):
        before = files.get(file.object)
        files[file.object] = file if before is None else before.model_copy(update=_said(file))
    return tuple(sorted(files.values(), key=_order))


def _order(file: RecordedFile) -> tuple[str, str]:
    time = file.began_at or file.ended_at
    return "" if time is None else time.astimezone(UTC).isoformat(), file.object or ""


def _said(file: RecordedFile) -> dict[str, object]:
    return {name: value for name in RecordedFile.model_fields if (value := getattr(file, name)) is not None}
