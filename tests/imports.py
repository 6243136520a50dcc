"""What each function imports: `make imports` prints which packages, by whom, and at what cost.

A cold start pays for it. tests/unit/functions/test_imports.py holds the packages of each function, and not a time.
"""

import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

FUNCTIONS = ("functions.slack", "functions.webhook", "functions.recorder")
OURS = frozenset({"bot", "functions", "shared"})
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|( +)(\S+)")
_RUNS = 3


@dataclass(frozen=True)
class Imported:
    """One module: what its own code took, and who imported it first."""

    name: str
    ms: float
    by: str

    @property
    def package(self) -> str:
        """The package that it belongs to."""
        return self.name.partition(".")[0]


def imported_by(*modules: str) -> list[Imported]:
    """Return all modules that a fresh process has which imports these, with Python's own times (-X importtime)."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {', '.join(modules)}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return list(_read(done.stderr.splitlines()))


@cache
def modules_of(*modules: str) -> frozenset[str]:
    """Return the names of all modules that a fresh process has which imports these."""
    program = f"import sys, {', '.join(modules)}; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return frozenset(done.stdout.split())


def packages_of(function: str) -> set[str]:
    """Return the packages, besides Python's and ours, that importing the function imports."""
    packages = {name.partition(".")[0] for name in modules_of(function) - modules_of("sys")}
    return {it for it in packages if it not in {*sys.stdlib_module_names, *OURS} and not it.startswith("_")}


def _read(lines: list[str]) -> Iterator[Imported]:
    """Give the modules, the last one first: Python writes a module after those that it imports, and indents these."""
    importers: list[str] = []
    for line in reversed(lines):
        if found := _LINE.match(line):
            depth = len(found[2]) // 2
            del importers[depth:]
            by = importers[-1] if importers else ""
            importers += [by] * (depth - len(importers)) + [found[3]]
            yield Imported(found[3], int(found[1]) / 1000, by)


def _by_package(modules: list[Imported]) -> dict[str, float]:
    cost: dict[str, float] = defaultdict(float)
    for module in modules:
        cost[module.package] += module.ms
    return cost


def main() -> None:
    """Print a table for each function: the least of some runs, because other programs make only more of it."""
    for function in FUNCTIONS:
        runs = [imported_by(function) for _ in range(_RUNS)]
        costs = [_by_package(run) for run in runs]
        least = {package: min(cost[package] for cost in costs) for package in costs[0]}
        first = {it.package: it.by for it in runs[0] if it.by.partition(".")[0] != it.package}
        sizes = Counter(it.package for it in runs[0])
        print(f"\n{function}: {len(runs[0])} modules, {sum(least.values()):.0f} ms\n")
        print("| package | modules | ms | imported by |\n|---|---|---|---|")
        for package, ms in sorted(least.items(), key=lambda pair: -pair[1]):
            if ms >= 1:
                print(f"| {package} | {sizes[package]} | {ms:.1f} | {first.get(package, '')} |")


if __name__ == "__main__":
    main()
