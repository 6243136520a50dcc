"""Who has opened the app's home tab, so that it is published anew when theirs changes.

HOME#app    person    when the person opened it, and when it was published
"""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from functions.ledger.changes import Key, put_over_any
from functions.ledger.table import Table
from shared.stored import Stored

HOME = "HOME#"
"""The beginning of the keys of home tabs."""
KEPT = timedelta(days=7)
"""How long after it was opened a home tab is published anew. Opening it publishes it in any case."""


class OpenedHome(Stored):
    """A home tab that somebody has opened."""

    opened_at: AwareDatetime
    published_at: AwareDatetime


class Homes:
    """The home tabs of one app."""

    def __init__(self, table: Table, app_id: str) -> None:
        self._table = table
        self._app_id = app_id

    def read(self, user_id: str, now: datetime) -> OpenedHome | None:
        """Return the person's home tab; None if it wasn't opened for long."""
        found = self._table.read(self._key(user_id), OpenedHome)
        return found if found is not None and now - found.opened_at < KEPT else None

    def note(self, user_id: str, home: OpenedHome) -> None:
        """Note that the home tab was opened or published. Of two notes at once, either may stay: it saves messages."""
        self._table.write(put_over_any(self._key(user_id), home, home.opened_at, kept=KEPT))

    def _key(self, user_id: str) -> Key:
        return Key(f"{HOME}{self._app_id}", user_id)
