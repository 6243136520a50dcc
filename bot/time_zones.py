"""People's time zones, as Slack has them (users.info, scope users:read). Without one, times of day are UTC.

https://docs.slack.dev/reference/methods/users.info
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.slack_api import CannotDeliver, SlackApi, TryLater

KEPT = 3600.0
"""Seconds for which a person's time zone is used without being asked for again."""
_MOST = 1000
"""The most people whose time zones are kept."""


@dataclass(frozen=True, slots=True)
class TimeZones:
    """Asks Slack for people's time zones. `slack` is to have short limits: a person waits for the answer."""

    slack: SlackApi
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, tzinfo]] = field(default_factory=dict, init=False)

    def of(self, user_id: str) -> tzinfo:
        """Return the person's time zone; UTC if Slack doesn't say it now."""
        asked_at, zone = self._known.get(user_id, (float("-inf"), UTC))
        if self.clock() - asked_at < KEPT:
            return zone
        found = self._ask(user_id)
        if found is None:
            return UTC
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[user_id] = (self.clock(), found)
        return found

    def _ask(self, user_id: str) -> tzinfo | None:
        try:
            user = self.slack.call("users.info", {"user": user_id}).get("user")
        except (TryLater, CannotDeliver):
            return None  # Slack is away, or the app has no scope users:read: the answer says UTC
        name = user.get("tz") if isinstance(user, dict) else None
        try:
            return ZoneInfo(name) if isinstance(name, str) else None
        except (ValueError, OSError, ZoneInfoNotFoundError):  # a zone that tzdata doesn't know, or no name of one
            return None
