"""Writes docs/scale.md from the counts of a recording and the last measurement: `make docs`."""

import math
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from tests.paths import ROOT
from tests.scale import measure, prices, recording
from tests.scale.costs import LIVE, NAMES, PER_A_MONTH, WAITS, Work, idle

PAGE = ROOT / "docs" / "scale.md"
GOAL_USD = 0.05
"""Of 1,000 recordings."""
RATES = (1, 10, 100)
_WIDTH = 120
_UNITS_OF_A_SECOND_WRITE = 4
"""Of a check: two in a transaction, and an entry of the index that moves."""
_PART = re.compile(r"<!-- ([\w ]+) -->\n.*?<!-- end -->", re.DOTALL)
"""A table's place in the page."""
_SHOWN = (
    "HTTP requests", "Slack invocations", "Webhook invocations", "Recorder invocations", "sqs SendMessage",
    "write units of tables", "write units of indexes", "read units", "events", "RTC calls", "Slack calls",
)  # fmt: skip


def document() -> str:
    """Return docs/scale.md with the tables as they are now."""
    measured = measure.read()
    person, caller = Work(recording.by_a_person(), measured), Work(recording.by_a_caller(), measured)
    fixed = idle(measured)
    tables = {
        "costs": _costs(person, caller) + _verdict(person, caller),
        "counts by a person": _counts(person),
        "counts by a caller": _counts(caller),
        "limits": _limits(person, caller) + _first(person, caller),
        "months": _months(person, caller, sum(fixed.values())),
        "idle": [
            *_table(("a month", "USD"), [(name, f"{usd:.2f}") for name, usd in fixed.items()]),
            f"| **together** | **{sum(fixed.values()):.2f}** |",
        ],
        "measured": _measured(person, caller),
        "prices": _prices(),
    }
    return _PART.sub(lambda found: _filled(found[1], tables[found[1]]), PAGE.read_text(encoding="utf-8"))


def _filled(name: str, lines: Sequence[str]) -> str:
    return "\n".join((f"<!-- {name} -->", "", *lines, "", "<!-- end -->"))


def _costs(person: Work, caller: Work) -> list[str]:
    rows = []
    for (name, (units, usd, price)), (others, other_usd, _) in zip(
        person.lines().items(), caller.lines().values(), strict=True
    ):
        each = f"{price.usd:g} for {price.per:,}"
        rows.append((name, each, _number(units), f"{usd * 1000:.4f}", _number(others), f"{other_usd * 1000:.4f}"))
    rows.append(("**together**", "", "", f"**{person.usd() * 1000:.3f}**", "", f"**{caller.usd() * 1000:.3f}**"))
    head = ("of a recording", "USD", "by a person", "USD for 1,000", "by a caller", "USD for 1,000")
    return _table(head, rows)


def _verdict(person: Work, caller: Work) -> list[str]:
    found = [work.usd() * 1000 for work in (person, caller)]
    checks = person.counts.parts[recording.CHECKS]
    writes, of_checks = _writes(person.whole), _writes(checks)
    start = person.only("the command, at Slack's door", "the start", "its first checks").usd() * 1000
    second = person.checks * _UNITS_OF_A_SECOND_WRITE
    text = (
        f"**The goal is {GOAL_USD} USD for 1,000 recordings: {'met' if max(found) < GOAL_USD else 'not met'}.** "
        f"People's cost {found[0] / GOAL_USD:.1f} times as much, callers' {found[1] / GOAL_USD:.1f} times. "
        f"Most of it is DynamoDB's write units: {writes} for a person's recording, {_thousand(writes)} USD for 1,000. "
        f"{GOAL_USD} USD pay for {GOAL_USD / _usd_of(1000):.0f} write units for each recording. "
        f"The command, the start and its first checks alone are {start:.3f} USD. "
        f"An hour of checks takes {of_checks} units ({_thousand(of_checks)} USD). A check writes the recording twice: "
        "once to claim it, and once to note what RTC said. "
        f"With one write it would be {second} units less ({_thousand(second)} USD), "
        f"and {(found[0] - _usd_of(second * 1000)) / GOAL_USD:.1f} times the goal."
    )
    return ["", *textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]


def _writes(counts: Counter[str]) -> int:
    return counts["write units of tables"] + counts["write units of indexes"]


def _usd_of(units: float) -> float:
    return prices.WRITE_UNIT.of(units)


def _thousand(units: float) -> str:
    return f"{_usd_of(units * 1000):.3f}"


def _counts(work: Work) -> list[str]:
    parts = list(work.counts.parts.items())
    shown = [kind for kind in _SHOWN if any(_count(part, kind) for _, part in parts)]
    rows = [(name, *(str(_count(part, kind) or "") for kind in shown)) for name, part in parts]
    rows.append(("**together**", *(f"**{_count(work.whole, kind)}**" for kind in shown)))
    return _table(("part", *shown), rows)


def _count(part: Counter[str], kind: str) -> int:
    return (
        sum(n for it, n in part.items() if it.startswith("Slack ") and it != "Slack invocations")
        if kind == "Slack calls"
        else part[kind]
    )


def _limits(person: Work, caller: Work) -> list[str]:
    callers = {name: (need, limit.allowed / need) for name, limit, need in caller.limits()}
    rows = []
    for name, limit, need in person.limits():
        other_need, other_rate = callers.pop(name, (0.0, 0.0))
        others = (_number(other_need), _rate(other_rate)) if other_need else ("", "")
        rows.append(
            (
                name,
                f"{_number(limit.allowed)}: {limit.what}",
                _number(need),
                _rate(limit.allowed / need),
                *others,
            )
        )
    head = (
        "limit",
        "allowed a second, or at once",
        "a person's order",
        "orders a second",
        "a caller's",
        "orders a second",
    )
    return _table(head, rows)


def _first(person: Work, caller: Work) -> list[str]:
    parts = []
    for who, work in (("people's orders", person), ("callers' orders", caller)):
        names = [f"{name} ({_rate(limit.allowed / need)} a second)" for name, limit, need in work.limits()[:3]]
        parts.append(f"For {who} the first limits are: {', '.join(names)}.")
    return ["", *textwrap.wrap(" ".join(parts), _WIDTH, break_on_hyphens=False)]


def _months(person: Work, caller: Work, fixed: float) -> list[str]:
    pace = next(limit.allowed for name, limit, _ in person.limits() if name == "RTC")
    calls, whole = person.whole["RTC calls"], person.whole
    apps = {rate: math.ceil(rate * calls / pace) for rate in RATES}

    def both(figure: Callable[[Work], float]) -> Callable[[int], str]:
        """Return a person's figure for so many orders a second, and a caller's if it is another."""
        return lambda rate: " or ".join(dict.fromkeys(_number(rate * figure(work)) for work in (person, caller)))

    def of_a_stack(figure: Callable[[Work], float]) -> Callable[[int], str]:
        return lambda rate: both(lambda work: figure(work) / apps[rate])(rate)

    figures: dict[str, Callable[[int], str]] = {
        "recordings a month": lambda rate: f"{rate * PER_A_MONTH / 1e6:.1f} million",
        "recordings that run at once": lambda rate: f"{rate * 3600:,}",
        "calls to RTC a second": lambda rate: f"{rate * calls:,}",
        "**RTC apps**, each with a stack of its own": lambda rate: f"**{apps[rate]}**",
        "recordings that run at once in one app": lambda rate: f"{rate * 3600 / apps[rate]:,.0f}",
        "accounts of Huawei Cloud, at 20 apps each": lambda rate: str(
            math.ceil(apps[rate] / prices.APPS_OF_AN_ACCOUNT)
        ),
        "**recorders** at work": both(lambda work: work.seconds("Recorder")),
        "of these in one stack": of_a_stack(lambda work: work.seconds("Recorder")),
        "on its people's queue (PeopleConcurrency)": of_a_stack(lambda work: work.queues()[0]),
        "on its callers' queue (five times CallerConcurrency)": of_a_stack(lambda work: work.queues()[1]),
        "doors at work": both(lambda work: work.seconds("Slack") + work.seconds("Webhook")),
        "**invocations at once**, of the 1,000 that an AWS account has by default": both(
            lambda work: sum(map(work.seconds, NAMES))
        ),
        "Lambda requests a second": both(lambda work: sum(map(work.invocations, NAMES))),
        "SQS requests a second": both(lambda work: work.sqs_requests),
        "**DynamoDB write units** a second": both(lambda work: _writes(work.whole)),
        "of these in the hottest partition, the index `live` of one app": of_a_stack(
            lambda work: work.of_partition(LIVE)
        ),
        "DynamoDB read units a second": both(lambda work: work.read_units),
        "EventBridge events a second": both(lambda work: work.whole["events"]),
        "HTTP API requests a second, one stack": of_a_stack(lambda work: work.whole["HTTP requests"]),
        "Slack channels, for a person's orders": lambda rate: str(
            _needed(rate, whole["Slack chat.postMessage"], prices.POSTS)
        ),
        "Slack workspaces, for a person's orders": lambda rate: str(
            _needed(rate, whole["Slack chat.update"], prices.UPDATES)
        ),
        "USD for recordings": lambda rate: both(lambda work: PER_A_MONTH * work.usd(rate / apps[rate]))(rate),
        "USD for idle stacks": lambda rate: f"{apps[rate] * fixed:,.0f}",
        "**USD a month**": lambda rate: both(
            lambda work: PER_A_MONTH * work.usd(rate / apps[rate]) + apps[rate] * fixed / rate
        )(rate),
    }
    head = ("a month at", *(f"{rate} a second" for rate in RATES))
    return _table(head, [(name, *map(figure, RATES)) for name, figure in figures.items()])


def _needed(rate: int, of_an_order: int, limit: prices.Limit) -> int:
    return math.ceil(rate * of_an_order / limit.allowed)


def _measured(person: Work, caller: Work) -> list[str]:
    measured = person.measured
    rows = [(name, f"{ms:.1f}", f"{measured.log_bytes[name] / 1000:.1f}") for name, ms in measured.core_ms.items()]
    waits = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in WAITS.items())
    billed = (
        f"{who} {', '.join(f'{name} {work.seconds(name):.2f} s' for name in NAMES if work.seconds(name))}"
        for who, work in (("by a person", person), ("by a caller", caller))
    )
    text = (
        f"Measured by `make bench-scale` on {measured.on}. What Lambda bills for a recording is computed from it: "
        f"{'; '.join(billed)}. Assumed are these waits for an answer: {waits}."
    )
    head = ("an invocation of, or a check", "ms of a core", "kB of logs")
    return [*_table(head, rows), "", *textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]


def _prices() -> list[str]:
    rows = [(it.unit, f"{it.usd:g} for {it.per:,}" if it.per > 1 else f"{it.usd:g}", it.page) for it in prices.PRICES]
    text = (
        f"On demand in {prices.REGION}, without the free tier, as these pages had them on {prices.CHECKED}. AWS's own "
        "price pages show most figures only in a browser, so most are quoted by others: check them."
    )
    limits = [(it.what, _number(it.allowed), it.page) for it in prices.LIMITS]
    return [
        *textwrap.wrap(text, _WIDTH, break_on_hyphens=False),
        "",
        *_table(("unit", "USD", "page"), rows),
        "",
        *_table(("limit", "a second, or at once", "page"), limits),
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 20 or number == int(number) else f"{number:.2f}"


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
