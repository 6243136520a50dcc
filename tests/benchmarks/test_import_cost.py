"""What importing costs a cold start: our RTC client beside Huawei's SDK, each in a fresh interpreter."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

OURS = "import shared.rtc.client"
SDK = "from huaweicloudsdkcloudrtc.v2 import CloudRTCClient"


def seconds(code: str, after: str, home: Path) -> float:
    """The time of an import in a process of its own, in seconds, once `after` has been imported.

    `home` is its home folder: Huawei's SDK writes a file there.
    """
    program = f"import time, {after}\nbegan = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)"
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
