"""The configuration that holds now: read at most once a minute, and never wider than what was read last.

read, valid                        it holds
read, broken, or gone              the newest earlier version that is valid; else the last good one of this process
read, and there never was one      the default rules
not readable                       the last good one of this process
nothing of these                   STRICT: nobody may do anything
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from functions.aws.away import Away
from functions.aws.observability import Metric, count, logger
from functions.ledger.configurations import Configurations, StoredTeam
from shared.log_events import LogEvent
from shared.team import SHIPPED, STRICT, InForce, Trouble
from shared.team_document import BadTeam

LIFETIME = 60.0
"""Seconds for which the configuration is used without being read again."""
RETRY_AFTER = 5.0
"""Seconds until it is read again after it could not be read."""


@dataclass(slots=True)
class TeamInForce:
    """Reads the configuration. The clock gives Unix time: a monotonic one may stop while Lambda is frozen."""

    configurations: Callable[[], Configurations]
    """Returns what reads the documents. It is called at the first read."""
    clock: Callable[[], float] = time.time
    _kept: InForce = field(default=InForce(STRICT, trouble=Trouble.AWAY), init=False)
    _read_at: float = field(default=float("-inf"), init=False)
    _lifetime: float = field(default=LIFETIME, init=False)
    _reading: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def read(self) -> InForce:
        """Return the configuration that holds. This never raises an error."""
        now = self.clock()
        with self._reading:  # others wait for the first read, and don't take what isn't known yet for the rules
            # abs: after the clock was set back, it is read again as well.
            if abs(now - self._read_at) < self._lifetime:
                return self._kept
            self._read_at = now
            self._kept = self._find()
            self._lifetime = LIFETIME if self._kept.trouble in {None, Trouble.BROKEN} else RETRY_AFTER
        return self._kept

    def _find(self) -> InForce:
        try:
            return self._newest_good(self.configurations())
        except Away as away:
            logger.warning(LogEvent.AWS_AWAY, extra={"reason": str(away)})
            trouble = Trouble.AWAY
        except Exception:  # whatever it is, it must not let anybody do more
            logger.exception(LogEvent.CONFIGURATION_UNREADABLE)
            count(Metric.CONFIGURATION_BROKEN)
            trouble = Trouble.DENIED
        return InForce(self._kept.team, self._kept.number, trouble)

    def _newest_good(self, configurations: Configurations) -> InForce:
        try:
            current = configurations.current()
            if current is not None:
                return InForce(current.team(), current.number)
            wrong = None
        except BadTeam as error:
            wrong = str(error)
        versions = list(configurations.versions())
        if wrong is None and not versions and self._kept.number == 0:
            return InForce(SHIPPED)
        newest = next(filter(None, map(_valid, versions)), self._kept)
        logger.error(LogEvent.CONFIGURATION_BROKEN, extra={"wrong": wrong or "it is gone", "number": newest.number})
        count(Metric.CONFIGURATION_BROKEN)
        return InForce(newest.team, newest.number, Trouble.BROKEN)


def _valid(version: StoredTeam) -> InForce | None:
    try:
        return InForce(version.team(), version.number)
    except BadTeam:
        return None
