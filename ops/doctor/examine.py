"""Run all checks at the same time, and print what they find. None waits for another, and none hides another."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from ops.deployment import Deployment
from ops.doctor import alarms, queues, rtc, schedule, secrets, slack, stack, team
from ops.doctor.finding import Check, Finding, Verdict, unknown
from ops.errors import OpsError
from ops.output import Output, as_table
from ops.progress import at

LIMIT_S = 90.0
"""How long all checks together may take. Each call has a limit of its own, which is shorter."""
_EVERY_S = 0.1
CHECKS: Mapping[str, Check] = {
    "stack": stack.check,
    "SlackSecret": secrets.check_slack,
    "RecorderSecret": secrets.check_recorder,
    "WebhookSecret": secrets.check_webhook,
    "Slack": slack.check,
    "RTC": rtc.check,
    "schedule": schedule.check,
    "queues": queues.check,
    "alarms": alarms.check,
    "configuration": team.check,
}
_RIGHT = "has this shell the rights in docs/operations.md (Who may use these commands)? Then check again"


@dataclass(slots=True)
class _CheckUnderWay:
    """A check under way, and what it has found."""

    name: str
    check: Check
    deployment: Deployment
    found: list[Finding] = field(default_factory=list)
    thread: threading.Thread = field(init=False)

    def begin(self) -> None:
        """Begin it. The thread ends with the process, so an interrupted doctor waits for nothing."""
        self.thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.found.extend(self.check(self.deployment))
        except OpsError as error:
            self.found.append(unknown(self.name, str(error), _RIGHT))
        except Exception as error:  # noqa: BLE001 - a bug of one check must not hide the others
            says = f"this check has failed ({type(error).__name__}): a mistake of recordbot's"
            self.found.append(unknown(self.name, says, "report it, with the recordbot that you use"))


def run(deployment: Deployment, output: Output) -> int:
    """Print a line for each finding, with what to do. Return 1 if something is wrong."""
    found = examine(deployment)
    counts = {verdict: sum(it.verdict is verdict for it in found) for verdict in Verdict}
    summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    document = {"findings": [asdict(it) for it in found], **{str(verdict): it for verdict, it in counts.items()}}
    output.show(document, *_lines(found), f"{deployment.name}: {summary}")
    return 1 if counts[Verdict.WRONG] else 0


def examine(deployment: Deployment) -> list[Finding]:
    """Return what all checks find, in their order."""
    checks = [_CheckUnderWay(name, check, deployment) for name, check in CHECKS.items()]
    for running in checks:
        running.begin()
    end = time.monotonic() + LIMIT_S
    with at(lambda: f"waiting for {', '.join(it.name for it in checks if it.thread.is_alive())}"):
        for running in checks:
            while running.thread.is_alive() and time.monotonic() < end:
                running.thread.join(min(_EVERY_S, max(end - time.monotonic(), 0)))
    late = {running.name for running in checks if running.thread.is_alive()}
    return [finding for running in checks for finding in (*running.found, *_late(running.name, late))]


def _late(name: str, late: set[str]) -> Sequence[Finding]:
    return [unknown(name, f"no answer in {LIMIT_S:g} seconds", "check again")] if name in late else []


def _lines(found: Sequence[Finding]) -> list[str]:
    rows = as_table([(it.verdict, it.what, it.says) for it in found])
    todos = (f"{'':9}-> {it.todo}" if it.todo else "" for it in found)
    return [line for row, todo in zip(rows, todos, strict=True) for line in (row, todo) if line]
