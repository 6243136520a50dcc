"""Measures what one invocation takes of a core and writes to the log, on the local system: `make bench-scale`.

A process's time of a core counts, without that of the stand-ins. tests/scale/measured.json keeps the figures.
"""

import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from local.aws.lambda_pool import Invocation
from local.rtc.api import RtcApi
from local.slack.workspace import SlackWorkspace
from local.system import running
from tests.e2e.conftest import Deployment, eventually
from tests.e2e.minutes import pass_minutes
from tests.patient import be_patient
from tests.processes import PATIENCE_S, core_ms

FIGURES = Path(__file__).with_name("measured.json")
FUNCTIONS = ("SlackFunction", "WebhookFunction", "RecorderFunction")
CHECK = "check"
COUNT = 20
"""How many recordings are measured: one message has time to check as many."""
_WARM, _ROUNDS = 5, 10
_OF_A_LOG_EVENT = 26
"""Bytes that CloudWatch adds to each line."""


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a core and bytes of the log, by function for an invocation, and for a check of one recording."""

    core_ms: dict[str, float]
    log_bytes: dict[str, float]
    metrics: int
    """How many custom metrics were written."""
    on: str
    """The machine and the day."""


def read() -> Measured:
    """Return the figures of the last measurement."""
    return Measured(**json.loads(FIGURES.read_text(encoding="utf-8")))


class _Bench:
    def __init__(self, bot: Deployment, lines: list[tuple[str, str]]) -> None:
        self.bot = bot
        self.spent, self.bytes, self.calls = Counter[str](), Counter[str](), Counter[str]()
        self._lines = lines
        self._channels = [bot.new_channel() for _ in range(_WARM + COUNT)]
        """One for each, so that none waits for another's turn."""

    @contextmanager
    def measuring(self, *, as_checks: int = 0) -> Iterator[None]:
        """Add what is done inside the block, until nothing is left to do, as invocations or as so many checks."""
        before, lines, calls = self._core(), len(self._lines), len(self.bot.calls)
        yield
        time.sleep(1)  # RTC calls back within a fifth of it
        self.bot.system.stack.wait_until_drained(PATIENCE_S)
        for name, ms in self._core().items():
            self.spent[CHECK if as_checks else name] += ms - before[name]  # type: ignore[assignment]
        for name, line in self._lines[lines:]:
            self.bytes[CHECK if as_checks else name] += len(line.encode()) + _OF_A_LOG_EVENT
        ended = [it.function for it in self.bot.calls[calls:] if it.seconds is not None]
        self.calls += Counter({CHECK: as_checks}) if as_checks else Counter(ended)

    def _core(self) -> dict[str, float]:
        pools: Any = self.bot.system.stack._host
        return {name: sum(core_ms(worker.pid) for worker in pools._pools[name]._workers) for name in FUNCTIONS}

    def each(self, text: str, first: int, count: int) -> None:
        """Type a command about each of so many users, each in a channel of its own, and wait until all is done."""
        for number in range(first, first + count):
            self.bot.type(text.replace("USER", f"user{number}"), channel=self._channels[number])
        self.bot.system.stack.wait_until_drained(PATIENCE_S)


def measure() -> Measured:
    """Record so many streams from command to file, with ten checks of each."""
    lines: list[tuple[str, str]] = []
    calls: list[Invocation] = []
    rtc, slack = RtcApi(calls_per_second=None), SlackWorkspace(rate_limited=False, patience=PATIENCE_S)
    with running(
        rtc=rtc, slack=slack, files=True, on_log=lambda *line: lines.append(line), on_call=calls.append
    ) as system:
        be_patient(system)
        bench = _Bench(Deployment(system, rtc, slack, [], calls, []), lines)
        bench.each("room ROOM USER hd", 0, _WARM)
        bench.each("stop ROOM USER", 0, _WARM)
        with bench.measuring():
            bench.each("room ROOM USER hd", _WARM, COUNT)
        for _ in range(_ROUNDS):
            before = _checks(rtc)
            with bench.measuring(as_checks=COUNT):
                pass_minutes(bench.bot, 6)
                eventually(partial(_has_checked, rtc, before + COUNT))
        with bench.measuring():
            bench.each("stop ROOM USER", _WARM, COUNT)

    def by_call(sums: Counter[str]) -> dict[str, float]:
        return {name: round(sums[name] / bench.calls[name], 1) for name in (*FUNCTIONS, CHECK)}

    machine = f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return Measured(
        by_call(bench.spent), by_call(bench.bytes), _metrics(lines), f"{machine}; {datetime.now(UTC):%Y-%m-%d}"
    )


def _has_checked(rtc: RtcApi, times: int) -> bool:
    return _checks(rtc) >= times


def _checks(rtc: RtcApi) -> int:
    return sum(call.operation == "show" for call in rtc.calls())


def _metrics(lines: list[tuple[str, str]]) -> int:
    found = [json.loads(line) for _, line in lines if '"_aws"' in line]
    return len(
        {(line["service"], it["Name"]) for line in found for it in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    )


def main() -> int:
    """Measure, and write the figures."""
    FIGURES.write_text(json.dumps(asdict(measure()), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
