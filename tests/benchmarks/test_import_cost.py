"""What importing costs a cold start, each import in a fresh interpreter with bytecode."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

OURS = "import shared.rtc.client"
SDK = "from huaweicloudsdkcloudrtc.v2 import CloudRTCClient"
NOT_TAKEN = {
    "recorder": ["from aws_lambda_powertools.utilities.batch import BatchProcessor"],
    "webhook": [
        "from aws_lambda_powertools.event_handler import APIGatewayHttpResolver",
        "import aws_lambda_powertools.event_handler.middlewares.openapi_validation",
    ],
}
"""Parts of Powertools that docs/decisions/0010 leaves out, by the function that would use them."""


def seconds(code: str, after: str, home: Path) -> float:
    """Return what an import takes of the processor in a process of its own, in seconds, once `after` has been imported.

    The time on the clock would count whatever else the machine does. `home` is its home folder: Huawei's SDK writes a
    file there.
    """
    program = f"import time, {after}\nbegan = time.process_time()\n{code}\nprint(time.process_time() - began)"
    environment = os.environ | {"HOME": str(home)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


@pytest.mark.parametrize("after", ["sys", "requests, pydantic"])
def test_what_the_client_adds_to_a_cold_start(after: str, tmp_path: Path) -> None:
    """Both in turn, nine times; the median of the ratios is what counts on a noisy machine.

    The recorder needs pydantic for its models anyway: the second figure is what either client adds to that.
    """
    pairs = [(seconds(OURS, after, tmp_path), seconds(SDK, after, tmp_path)) for _ in range(9)]
    ours, sdk = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(theirs / mine for mine, theirs in pairs)
    print(f"\nimport after {after}: ours {ours:.0f} ms, Huawei's SDK {sdk:.0f} ms, SDK/ours {ratio:.2f}")
    assert ratio > 0


@pytest.mark.parametrize(("function", "code"), [(name, code) for name, codes in NOT_TAKEN.items() for code in codes])
def test_what_a_part_of_powertools_would_add(function: str, code: str, tmp_path: Path) -> None:
    """To what the function imports anyway, in ms and as a share of that; medians of five pairs."""
    pairs = [
        (seconds(f"import functions.{function}", "sys", tmp_path), seconds(code, f"functions.{function}", tmp_path))
        for _ in range(5)
    ]
    whole, part = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    share = statistics.median(more / anyway for anyway, more in pairs)
    print(f"\n{function}, {whole:.0f} ms: {code.splitlines()[-1]} adds {part:.0f} ms, {share:.0%}")
    assert share > 0
