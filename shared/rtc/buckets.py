"""A list of a bucket's objects, as RTC gives it: GET /v2/rtc-ops/buckets/objects.

Source: Huawei's Go SDK (ListObsBucketObjects) and its API Explorer. There are no pages.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from pydantic import BeforeValidator

from shared.recorded_files import Amount, RecordedFile
from shared.rtc.answers import Answer, error_in
from shared.rtc.received import Read, Received, Text

STREAM = "{stream}"
"""Stands for the stream's name in a folder's name."""
ANY_STREAM = "s_"
"""What the names of all single streams begin with."""
_LONGEST_NAME = 1024
"""Of an object, in OBS."""
_TIME = "%Y/%m/%d %H:%M:%S GMT%z"


def _time(value: object) -> object:
    """Return the time in `2020/07/16 15:11:55 GMT+08:00`."""
    return datetime.strptime(value, _TIME).astimezone(UTC) if isinstance(value, str) else value


class _Object(Received):
    file_name: Read[Text] = None
    size: Read[Amount] = None
    """In kB."""
    last_modified: Read[Annotated[datetime, BeforeValidator(_time)]] = None


class _Objects(Received):
    objects: Read[list[_Object]] = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where RTC puts the files: a bucket, its region, and the folder, in which `{stream}` is the stream's name."""

    name: str
    location: str
    folder: str

    def query(self, stream_name: str) -> str:
        """Return the query that lists the folder of a stream."""
        prefix = self.folder.replace(STREAM, stream_name)
        fields = {"bucket": self.name, "prefix": prefix, "type": "objects", "location": self.location}
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)

    def jobs_in(self, answer: Answer, room_id: str, user_id: str) -> dict[str, RecordedFile]:
        """Return the files of a user of a room in an answer, one for each job. Raises RtcError.

        Where nothing but the room and the user is known, the names of the files say which jobs there were.
        """
        of_user = re.compile(rf"s_(?P<job>[^/]+?)_{re.escape(room_id)}_{re.escape(user_id)}(?![A-Za-z0-9-])")
        files = self._files(answer)
        found = ((of_user.match(file.name or ""), file) for file in files)
        return {match["job"]: file for match, file in found if match}

    def files_in(self, answer: Answer, stream_name: str) -> tuple[RecordedFile, ...]:
        """Return the stream's files in an answer, each with its place and size. Raises RtcError.

        A file's name has the stream's name, and behind that no further letter of an id. Lists of the pieces of an HLS
        recording (.m3u8) count as files, the pieces (.ts) don't.
        """
        return tuple(file for file in self._files(answer) if _is_of(stream_name, file.name or ""))

    def _files(self, answer: Answer) -> list[RecordedFile]:
        objects = _Objects.model_validate(answer.fields()).objects if answer.ok else None
        if objects is None:
            raise error_in("list", answer)
        return [
            RecordedFile(
                bucket=self.name,
                object=it.file_name,
                location=self.location,
                size=None if it.size is None else it.size * 1024,
                ended_at=it.last_modified,
            )
            for it in objects
            if it.file_name is not None and _is_name(it.file_name)
        ]


def _is_name(text: str) -> bool:
    return text.isprintable() and len(text) <= _LONGEST_NAME and not text.endswith(".ts")


def _is_of(stream_name: str, name: str) -> bool:
    _, found, rest = name.partition(stream_name)
    return bool(found) and not rest[:1].isalnum() and rest[:1] != "-"
