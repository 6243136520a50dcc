"""What Slack knows of people: their time zone, whether they are guests, and their user groups.

users.info (scope users:read), usergroups.list with its users (usergroups:read), auth.test for our own workspace:
https://docs.slack.dev/reference/methods/users.info
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.slack_api import CannotDeliver, SlackApi, TryLater
from shared.questions import NOT_SAID, Need, Person

KEPT = 3600.0
"""Seconds for which a person's time zone is used without being asked for again."""
RIGHTS_KEPT = 300.0
"""Seconds for which it is used that a person is a guest, and in which user groups."""
_MOST = 1000
"""The most people who are remembered."""


@dataclass(frozen=True, slots=True)
class _Known:
    asked_at: float
    user: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class People:
    """Asks Slack about people. Where a person waits for the answer, `slack` is to have short limits.

    `person` raises TryLater if Slack doesn't answer now.
    """

    slack: SlackApi
    clock: Callable[[], float] = time.monotonic
    _users: dict[str, _Known] = field(default_factory=dict, init=False)
    _groups: dict[str, _Known] = field(default_factory=dict, init=False)
    _ours: dict[str, str] = field(default_factory=dict, init=False)

    def zone_of(self, user_id: str) -> tzinfo:
        """Return the person's time zone; UTC if Slack doesn't say it now."""
        try:
            name = self._user(user_id, KEPT).get("tz")
            return ZoneInfo(name) if isinstance(name, str) else self._unknown_zone(user_id)
        except TryLater:
            return UTC
        except (ValueError, OSError, ZoneInfoNotFoundError):  # a zone that tzdata doesn't know, or no name of one
            return self._unknown_zone(user_id)

    def _unknown_zone(self, user_id: str) -> tzinfo:
        self._users.pop(user_id, None)  # the next command may learn it
        return UTC

    def person(self, user_id: str, needs: frozenset[Need]) -> Person:
        """Return what Slack says of the person, as far as it is needed."""
        is_guest = Need.MEMBERSHIP in needs and self._is_guest(user_id)
        return Person(is_guest, self._groups_of(user_id) if Need.GROUPS in needs else frozenset())

    def person_at_once(self, user_id: str, needs: frozenset[Need]) -> Person:
        """Return what Slack says of the person now: nothing, if it doesn't answer."""
        try:
            return self.person(user_id, needs)
        except TryLater:
            return NOT_SAID

    def _is_guest(self, user_id: str) -> bool:
        """Return whether Slack says that the person is a guest or belongs to another organisation."""
        user = self._user(user_id, RIGHTS_KEPT)
        if not user:
            return False
        if any(user.get(name) is True for name in ("is_restricted", "is_ultra_restricted", "is_stranger")):
            return True
        enterprise = user.get("enterprise_user")
        theirs = {user.get("team_id"), enterprise.get("enterprise_id") if isinstance(enterprise, Mapping) else None}
        ours = self._our_ids()
        return bool(ours) and theirs.isdisjoint(ours)

    def _groups_of(self, user_id: str) -> frozenset[str]:
        """Return the user groups that the person is in; none if Slack doesn't say it."""
        known = self._groups.get("")
        if known is None or self.clock() - known.asked_at >= RIGHTS_KEPT:
            found = self._ask("usergroups.list", {"include_users": True}).get("usergroups")
            members = {it["id"]: it.get("users", []) for it in found or () if isinstance(it, Mapping) and "id" in it}
            known = self._groups[""] = _Known(self.clock(), members)
        return frozenset(group for group, users in known.user.items() if user_id in users)

    def _user(self, user_id: str, kept: float) -> Mapping[str, Any]:
        known = self._users.get(user_id)
        if known is None or self.clock() - known.asked_at >= kept:
            user = self._ask("users.info", {"user": user_id}).get("user")
            if not isinstance(user, dict) or not user:
                return {}
            if len(self._users) >= _MOST:
                self._users.clear()
            known = self._users[user_id] = _Known(self.clock(), user)
        return known.user

    def _our_ids(self) -> frozenset[str]:
        if not self._ours:
            answer = self._ask("auth.test", {})
            ids = {name: answer.get(name) for name in ("team_id", "enterprise_id")}
            self._ours.update({name: value for name, value in ids.items() if isinstance(value, str)})
        return frozenset(self._ours.values())

    def _ask(self, method: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self.slack.call(method, fields)
        except CannotDeliver:
            return {}  # the app has no such scope, or Slack doesn't know the person
