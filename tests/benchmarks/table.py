"""Print each figure beside its peer's in the same run, with its goal, and write docs/benchmarks.md: `make bench`.

A ratio is the median of the ratios of neighbours: the two take turns, so both have the same machine. Its spread is from
the lower to the upper quartile.
"""

import os
import platform
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.calls import parse_us, rtc_starts
from tests.benchmarks.developer import demo_s, say_s
from tests.benchmarks.starts import Rig, Start, rig

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
SHARES = {1769: 1.0, 1024: 0.58, 512: 0.29}
"""The share of a core that a memory size gives, by MB."""
COMMON = "room 100 user001 hd"
_ROUNDS = 9
_ROUNDS_OF_A_SHARE = 5
_LATER = 30
_PACKAGES = ("pydantic", "slack-bolt", "aws-lambda-powertools", "boto3", "requests", "huaweicloudsdkcloudrtc")

_HEAD = "| figure | ours | peer in the same run | ratio | goal | met |\n|---|---|---|---|---|---|"
_TEXT = """# Benchmarks

`make bench` writes this page. Read the ratios: the times are of one machine, on one day. A ratio is the median of pairs
that took turns, with its quartiles and the number of pairs. *Of a core* is the processor's time of the function's own
process, without the stand-ins for AWS, RTC and Slack; *on the clock* is with them. Nothing ran on AWS: all is HTTP on
loopback, and the environment names AWS's endpoints. [Decision 19](decisions/0019-what-a-cold-start-pays-for.md) says
what was tried. [Scale](scale.md) has what a recording costs, and which limit comes first.

The peers are in `tests/benchmarks/peers/`: Bolt's documented example for Lambda, which answers a command with "Thanks!"
and does nothing else; the same with a put on the queue by boto3, as accepting work takes one call; and the least worker
on Huawei's SDK, without a ledger and without a pace.
"""


@dataclass(frozen=True)
class Figure:
    """A line of the table. Without a peer, the goal is for the value itself."""

    name: str
    unit: str
    ours: Sequence[float]
    peer: str = ""
    theirs: Sequence[float] = ()
    goal: float | None = None

    def line(self) -> str:
        """Return it as a line of Markdown."""
        ours = statistics.median(self.ours)
        measured = [a / b for a, b in zip(self.ours, self.theirs, strict=True)] if self.peer else list(self.ours)
        low, middle, high = statistics.quantiles(measured, n=4)
        met = "" if self.goal is None else "yes" if middle <= self.goal else "**no**"
        goal = "" if self.goal is None else f"{self.goal:g}"
        theirs = f"{self.peer}: {statistics.median(self.theirs):.2f}" if self.peer else ""
        spread = f"({low:.2f} to {high:.2f}, of {len(measured)})"
        ratio = f"{middle:.2f} {spread}" if self.peer else spread
        return f"| {self.name} | {ours:.2f} {self.unit} | {theirs} | {ratio} | {goal} | {met} |"


def _starts(rig: Rig, names: Sequence[str], rounds: int, share: float, warm: int = 0) -> dict[str, list[Start]]:
    """Start the subjects in turn, in another order each time."""
    found: dict[str, list[Start]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 else reversed(names):
            found[name].append(rig.start(name, share=share, warm=warm))
    return found


def _column(starts: Sequence[Start], value: Callable[[Start], float]) -> list[float]:
    return [value(start) for start in starts]


def figures() -> list[Figure]:
    """Measure all of it."""
    with rig() as started:
        doors = _starts(started, ("door", "Bolt, a queue", "Bolt", "Bolt, plain", "webhook"), _ROUNDS, 1, _LATER)
        answers = _starts(started, ("door, an error", "Bolt"), _ROUNDS, 1, _LATER)
        workers = _starts(started, ("recorder", "SDK", "SDK, plain"), _ROUNDS, 1)
        shares = {
            memory: _starts(started, ("door", "Bolt", "webhook", "recorder", "SDK"), _ROUNDS_OF_A_SHARE, share)
            for memory, share in SHARES.items()
        }

    def cold(name: str, ours: list[Start], peer: str, theirs: list[Start], goal: float | None) -> Figure:
        return Figure(name, "ms", _column(ours, _core), peer, _column(theirs, _core), goal)

    door, webhook, recorder = doors["door"], doors["webhook"], workers["recorder"]
    calls = rtc_starts()
    lines = [
        cold("Slack's door, cold, of a core", door, "Bolt's example with bytecode", doors["Bolt"], 1.0),
        cold("the same", door, "Bolt's example as pip leaves it", doors["Bolt, plain"], 0.65),
        Figure("its first answer after init, of a core", "ms", _column(door, _first), goal=15),
        cold("webhook, cold, of a core", webhook, "Bolt's example with bytecode", doors["Bolt"], 1.0),
        cold("recorder, cold, of a core", recorder, "SDK worker with bytecode", workers["SDK"], 0.9),
        cold("the same", recorder, "SDK worker as pip leaves it", workers["SDK, plain"], None),
        Figure(
            "door, warm: a command, with the put on the queue",
            "ms",
            _column(door, _warm),
            "Bolt's example with such a put by boto3",
            _column(doors["Bolt, a queue"], _warm),
            1.15,
        ),
        Figure(
            "the same", "ms", _column(door, _warm), "Bolt's example, which puts nothing", _column(doors["Bolt"], _warm)
        ),
        Figure(
            "door, warm: an error, which puts nothing",
            "ms",
            _column(answers["door, an error"], _warm),
            "Bolt's example",
            _column(answers["Bolt"], _warm),
            1.15,
        ),
        Figure(f"parse of `{COMMON}`", "us", parse_us(COMMON), goal=15),
        Figure("RtcClient.start", "ms", calls["ours"], "requests alone, unsigned", calls["requests"], 1.10),
        Figure("RtcClient.start", "ms", calls["ours"], "Huawei's SDK", calls["SDK"], 0.85),
        Figure("`say`, until the recording is started", "s", say_s(), goal=4),
        Figure("`make demo`, until its page is there", "s", demo_s(), goal=2),
    ]
    for memory, found in shares.items():
        for ours, peer in (("door", "Bolt"), ("webhook", "Bolt"), ("recorder", "SDK")):
            lines.append(
                Figure(
                    f"{ours}, cold at {memory} MB, on the clock",
                    "ms",
                    _column(found[ours], _clock),
                    f"{peer} with bytecode",
                    _column(found[peer], _clock),
                )
            )
    return lines


def _core(start: Start) -> float:
    return start.core


def _first(start: Start) -> float:
    return start.first


def _warm(start: Start) -> float:
    return start.warm


def _clock(start: Start) -> float:
    return start.clock


def document(lines: Sequence[Figure]) -> str:
    """Return docs/benchmarks.md."""
    machine = f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores ({_processor()})"
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    table = "\n".join(figure.line() for figure in lines)
    return f"{_TEXT}\n{machine}; Python {platform.python_version()}; {packages}.\n\n{_HEAD}\n{table}\n"


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(": ")[2] if names else platform.processor()


def main() -> int:
    """Measure, print and write. The exit code doesn't say whether the goals are met: a busy machine is no mistake."""
    with TemporaryDirectory() as home:
        os.environ["HOME"] = home  # Huawei's SDK writes a file there
        text = document(figures())
    print(text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
