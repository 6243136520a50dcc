"""What a function imports is what its cold start costs, and what its artifact ships."""

import subprocess
import sys

import pytest

from local.aws.lambda_host import LIBRARIES


def imported_by(*modules: str) -> set[str]:
    """All modules that a process has which imports these."""
    program = f"import sys, {', '.join(modules)}; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("function", "strangers"),
    [
        ("functions.slack", {"shared.rtc.client", "requests", "bot.surfaces", "bot.interactions", "moto", "local"}),
        ("functions.recorder", {"slack_bolt", "slack_sdk", "moto", "local"}),
    ],
)
def test_a_function_does_not_import_what_it_has_no_use_for(function: str, strangers: set[str]) -> None:
    """The door has no RTC client, and what answers clicks only when one comes; the recorder has no Bolt."""
    assert not strangers & imported_by(function)


@pytest.mark.parametrize("function", ["functions.slack", "functions.webhook", "functions.recorder"])
def test_the_local_host_gives_no_function_what_it_does_not_import(function: str) -> None:
    """Its processes are forked with libraries, which each function imports, and with nothing else."""
    assert imported_by(*LIBRARIES) <= imported_by("awslambdaric.bootstrap", function)
