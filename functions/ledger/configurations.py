"""The team's configuration, with its earlier versions.

CONFIG#app    current           the document that holds
CONFIG#app    version#number    each of the last documents, the current one too

These items never expire. The current one holds all of the document, so one GetItem reads it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationError

from functions.ledger.changes import Change, Key, put, put_over_any, remove_any
from functions.ledger.table import Table
from shared.actors import Actor, Through
from shared.audit import configured
from shared.stored import Stored
from shared.team import Team
from shared.team_document import MOST_BYTES, BadTeam, read_team

CONFIG = "CONFIG#"
"""The beginning of the documents' keys."""
VERSIONS_KEPT = 20
"""How many of the last documents are kept, to go back to."""
_PREFIX = "version#"


class StoredTeam(Stored):
    """A document as it is stored. Another version of recordbot may have written it, so each reader validates it."""

    number: Annotated[int, Field(ge=1)]
    """1 for the first document; each one after it has the next number."""
    put_at: AwareDatetime
    put_by: str
    source: Annotated[str, Field(max_length=MOST_BYTES)]
    """The document as its author wrote it, with comments. Only people read it."""
    document: str
    """The document as JSON. This is what holds."""

    @property
    def version(self) -> str:
        """Identify this version."""
        return str(self.number)

    def team(self) -> Team:
        """Return the document. Raises BadTeam."""
        return read_team(self.document)


class Configurations:
    """The documents of one app. Each method raises Away while DynamoDB can't be used."""

    def __init__(self, table: Table, app_id: str) -> None:
        self._table = table
        self._pk = f"{CONFIG}{app_id}"

    def current(self) -> StoredTeam | None:
        """Return the document that is to hold; None if there is none. Raises BadTeam if the item can't be read."""
        try:
            return self._table.read(self._current, StoredTeam)
        except ValidationError:
            raise BadTeam("the item that holds it can't be read") from None

    def versions(self) -> Iterator[StoredTeam]:
        """Give the documents that are kept, the newest first, without those whose items can't be read."""
        for data in self._table.newest(self._pk, _PREFIX):
            try:
                yield StoredTeam.model_validate_json(data)
            except ValidationError:
                continue

    def put(self, new: StoredTeam, now: datetime, *, over: StoredTeam | None) -> bool:
        """Let this document hold from now on. Return False if another one than `over` holds.

        With None, there must be none yet.
        """
        return self._table.write(put(self._current, new, now, over=over, kept=None), *self._kept(new, now))

    def put_over_broken(self, new: StoredTeam, now: datetime) -> None:
        """Let this document hold from now on, whatever was there: for an item that can't be read."""
        self._table.write(put_over_any(self._current, new, now, kept=None), *self._kept(new, now))

    @property
    def _current(self) -> Key:
        return Key(self._pk, "current")

    def _kept(self, new: StoredTeam, now: datetime) -> list[Change]:
        """Return the changes that keep the version, remove the one that is too old, and record who put it."""
        kept = put_over_any(self._version(new.number), new, now, kept=None)
        old = new.number - VERSIONS_KEPT
        by = Actor(kind="operator", id=new.put_by)
        record = configured(self._pk, new.number, by, Through.OPS, now)
        return [kept, *([remove_any(self._version(old))] if old > 0 else []), record]

    def _version(self, number: int) -> Key:
        return Key(self._pk, f"{_PREFIX}{number:08}")
