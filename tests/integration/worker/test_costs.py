"""What a recording costs, in the units that DynamoDB bills, as docs/operations.md says it; and what a tick measures."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.aws.observability import Metric
from functions.worker.due import MOST
from shared.order_ids import new_order_id
from shared.orders import Order, Start, Stop
from shared.rtc.models import RecordingRequest
from tests.integration.conftest import World, a_world
from tests.own_clients import Call, hearing

LONGER_IN_REALITY = 2 * (32 - 1)
"""RTC's job ids have 32 characters, those of its stand-in one; a job's stream name has the id as well."""
PAGE = Path(__file__).parents[3] / "docs" / "operations.md"


@pytest.fixture
def world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    """A bot with a token, which draws its messages again: that costs more than a bot without one."""
    with a_world(aws, bot_token=True) as world:
        yield world


def units(dynamodb: DynamoDBClient, play: Callable[[], None]) -> Counter[str]:
    """The read and write units of what is called meanwhile.

    A write in a transaction counts twice. Each put of a live recording takes its old place in the index away, and
    writes a new one. https://aws.amazon.com/dynamodb/pricing/on-demand/
    """
    spent: Counter[str] = Counter()

    def note(call: Call) -> None:
        match call.operation:
            case "TransactWriteItems":
                for change in call.arguments["TransactItems"]:
                    item = change.get("Put", {}).get("Item", {})
                    size = sum(len(name) + len(text) for name, value in item.items() for text in value.values())
                    size += LONGER_IN_REALITY if '"job":' in str(item) else 0
                    spent["writes"] += math.ceil(max(size, 1) / 1024) * (4 if "live" in item else 2)
            case "UpdateItem":
                spent["writes"] += 1
            case "GetItem" | "Query":
                spent["reads"] += 1

    with hearing(dynamodb, before=note):
        play()
    return spent


def first_minutes(world: World) -> Order:
    """A start, and its first checks."""
    order = world.order()
    request = RecordingRequest(
        room_id="lecture-hall-3", user_id="teacher-12", select_stream_type="HD", max_idle_time=300
    )
    action = Start(requests=(request,)).with_rule("5f5e172b0c9d4e7f8a1b2c3d4e5f6a7b")
    order = order.model_copy(update={"action": action})
    assert world.run(order) is None
    world.clock.tick(2)
    while check := world.next_check():
        assert world.run(check) is None
    return order


def test_an_hour_s_recording_costs_what_the_page_says(world: World, aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """Start, an hour of checks, and a stop: the page's figures are enough, and not twice too much."""

    def play() -> None:
        order = first_minutes(world)
        world.tick(minutes=60)
        stop = Stop(recordings=(f"{order.order_id}.0",))
        assert world.run(order.model_copy(update={"order_id": new_order_id(), "action": stop})) is None
        world.tick(minutes=2)

    found = units(aws[0], play)
    said = re.search(r"(\d+)\s+writes\s+and\s+(\d+)\s+reads of the ledger", PAGE.read_text(encoding="utf-8"))
    assert said is not None
    for name, most in zip(("writes", "reads"), map(int, said.groups()), strict=True):
        assert most / 2 < found[name] <= most


def test_a_tick_without_anything_due_reads_the_index_once(world: World, aws: tuple[DynamoDBClient, SQSClient]) -> None:
    """That is what a month of ticks costs while nothing is recorded."""
    assert units(aws[0], world.tick) == {"reads": 1}


def late(capsys: pytest.CaptureFixture[str]) -> list[float]:
    """The lateness that each tick told."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line[Metric.CHECK_LATE][0] for line in lines if Metric.CHECK_LATE in line]


def test_each_tick_tells_how_late_the_checks_are(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing due is not late; after minutes without a tick, the longest due one says for how long it has waited."""
    world.tick()
    assert late(capsys) == [0]
    first_minutes(world)
    world.tick(minutes=3)
    assert max(late(capsys)) <= 60
    world.clock.tick(20 * 60)
    world.tick()
    (waited,) = late(capsys)
    assert 19 * 60 <= waited <= 21 * 60


def test_what_one_tick_leaves_is_told_by_the_next(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A tick that queues the rest doesn't hide that it is late."""
    for n in range(3):
        assert world.run(world.order(*(f"user{n}{m}" for m in range(10)))) is None
    world.clock.tick(15 * 60)
    world.tick_again()
    assert world.ledger.recordings.due(world.clock(), MOST)
    world.tick_again()
    assert [waited > 600 for waited in late(capsys)] == [True, True]
