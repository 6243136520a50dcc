"""How long a command takes to parse, as a multiple of validating the request that comes out of it."""

from contextlib import suppress
from timeit import repeat

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.commands import LEXICON
from bot.language.corrections import CommandError
from bot.language.parser import parse
from shared.rtc.models import RecordingRequest

FIELDS = {"room_id": "100", "user_id": "user001", "select_stream_type": "HD", "max_idle_time": 300}
LOOPS = 2000


@pytest.mark.parametrize(
    "text", ["room 100 user001 hd", "100 user001,user002 screen idle=10m", "100 user001 hdd idle=2s"]
)
def test_parsing(benchmark: BenchmarkFixture, text: str) -> None:
    """Prints what one text costs, a slip's answer included, beside one validation of a RecordingRequest."""

    def read() -> None:
        with suppress(CommandError):
            parse(text, LEXICON)

    validation = min(repeat(lambda: RecordingRequest.model_validate(FIELDS), number=LOOPS, repeat=5)) / LOOPS
    parsing = min(repeat(read, number=LOOPS, repeat=5)) / LOOPS
    print(f"\n{text!r}: {parsing * 1e6:.0f} us, {parsing / validation:.1f} validations of a RecordingRequest")
    benchmark(read)
