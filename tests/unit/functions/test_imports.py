"""What a function imports is what its cold start costs, and what its artifact ships."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("function", "strangers"),
    [
        ("functions.slack", {"shared.rtc.client", "requests", "moto", "local"}),
        ("functions.recorder", {"slack_bolt", "slack_sdk", "moto", "local"}),
    ],
)
def test_a_function_does_not_import_what_it_has_no_use_for(function: str, strangers: set[str]) -> None:
    """The door holds no RTC client; the recorder has no Bolt; neither knows the stand-ins."""
    program = f"import sys, {function}; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert not strangers & set(done.stdout.split())
