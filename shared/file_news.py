# ruff: noqa: ARG002 - each kind of news has the same method, and not each needs all that it is given
"""News of a recording's files: what RTC says of them, and what is in the bucket."""

from dataclasses import dataclass
from datetime import datetime

from shared.recorded_files import RecordedFile, merged
from shared.recording_news import Fields
from shared.recordings import FilesBy, Recording


@dataclass(frozen=True, slots=True)
class Files:
    """RTC said that these files are complete, or they are in the bucket."""

    files: tuple[RecordedFile, ...]
    are_all: bool = False
    """Whether RTC has said that no more come."""

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new. The same news twice is none."""
        known = merged(recording.files, self.files)
        heard: Fields = {} if known == recording.files else {"files": known, "file_heard_at": now}
        return {**heard, "files_complete": True} if self.are_all else heard


@dataclass(frozen=True, slots=True)
class Listed:
    """These files are in the bucket; of what RTC has said itself, nothing changes."""

    files: tuple[RecordedFile, ...]

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        known = merged(self.files, recording.files)
        heard: Fields = {} if known == recording.files else {"files": known, "file_heard_at": now}
        return {"listed_at": now, **heard}


@dataclass(frozen=True, slots=True)
class CannotList:
    """The bucket can't be listed with our key, so its files are learned in another way, or not at all."""

    files_by: FilesBy

    def fields(self, recording: Recording, now: datetime) -> Fields:
        """Return what is new."""
        return {"files_by": self.files_by}
