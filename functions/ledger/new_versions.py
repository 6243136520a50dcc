"""Put a new version of the team's configuration, under a condition on the one that it replaces.

Only people's tools use this: `python -m ops config`, and the page of `make demo`. The functions only read.
"""

from dataclasses import dataclass
from datetime import datetime

from functions.ledger.configurations import Configurations, StoredTeam
from shared.team import SHIPPED, Team
from shared.team_document import MOST_BYTES, BadTeam


class Conflict(Exception):
    """Another version holds than the one that was to be replaced. The message says which, and the way out."""


class NoVersion(LookupError):
    """There is no such version to go back to."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The version that holds. `stored` is None if there is none, or if its item can't be read."""

    stored: StoredTeam | None
    wrong: str = ""
    """What is wrong with it; empty if nothing is."""
    is_unreadable: bool = False
    """Whether there is an item of which not even the number is known."""

    @property
    def number(self) -> int:
        """Return its number; 0 if there is none, or if it can't be read."""
        return self.stored.number if self.stored else 0

    @property
    def team(self) -> Team:
        """Return what it says: the default rules if there is none. Raises BadTeam."""
        if self.wrong:
            raise BadTeam(self.wrong)
        return self.stored.team() if self.stored else SHIPPED


def holding(configurations: Configurations) -> Holding:
    """Return the version that holds. Raises Away."""
    try:
        stored = configurations.current()
    except BadTeam as error:
        return Holding(None, str(error), is_unreadable=True)
    try:
        if stored is None and next(configurations.versions(), None):
            return Holding(None, "it is gone, and earlier versions are there")
        if stored:
            stored.team()
    except BadTeam as error:
        return Holding(stored, str(error))
    return Holding(stored)


def put_version(
    configurations: Configurations, source: str, team: Team, *, by: str, now: datetime, over: int | None = None
) -> StoredTeam:
    """Let the document hold from now on, and return its version. `over` is the number that must hold; None: any.

    Raises Conflict, and BadTeam if it is too long as JSON.
    """
    found = holding(configurations)
    if over is not None and over != found.number:
        raise Conflict(_conflict(found))
    numbers = [found.number, *(it.number for it in configurations.versions())]
    document = team.as_json()
    if len(document.encode()) > MOST_BYTES:
        raise BadTeam(f"it has {len(document.encode())} bytes as JSON; at most {MOST_BYTES} are possible")
    new = StoredTeam(number=max(numbers) + 1, put_at=now, put_by=by, source=source, document=document)
    if found.is_unreadable:
        configurations.put_over_broken(new, now)
    elif not configurations.put(new, now, over=found.stored):
        raise Conflict(_conflict(holding(configurations)))
    return new


def version_to_restore(configurations: Configurations, number: int | None) -> StoredTeam:
    """Return that earlier version; with None the newest valid one before the one that holds. Raises NoVersion."""
    current = holding(configurations)
    kept = [*configurations.versions()]
    wanted = [it for it in kept if (it.number == number if number else it.number != current.number and _is_valid(it))]
    if not wanted:
        there = ", ".join(str(it.number) for it in kept) or "none"
        raise NoVersion(f"there is no {f'version {number}' if number else 'earlier version'} (kept are: {there})")
    return wanted[0]


def _is_valid(version: StoredTeam) -> bool:
    try:
        version.team()
    except BadTeam:
        return False
    return True


def _conflict(found: Holding) -> str:
    who = f", saved by {found.stored.put_by} at {found.stored.put_at:%Y-%m-%d %H:%M} UTC" if found.stored else ""
    return (
        f"version {found.number} is current by now{who}: nothing was saved. "
        "See what it says (show, diff), write it into yours, and save again"
    )
