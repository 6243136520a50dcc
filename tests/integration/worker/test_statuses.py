"""Whatever status RTC answers a start with, it is asked at most once a receive, and what the person reads is true."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.rtc.faults import Fault
from tests.integration.conftest import World, a_world


@pytest.fixture(name="world")
def _world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    with a_world(aws, bot_token=True) as world:
        yield world


@pytest.mark.drill
def test_every_status_from_301_to_504_is_told_truly(world: World) -> None:
    """A 4xx is a refusal, and a 429 is tried again. Anything else says neither yes nor no.

    The job was made in each case but a 4xx, so "Not recorded" would be wrong. These are the statuses that have a name;
    what the others mean to the client is a unit test (tests/unit/shared/rtc/test_answers.py).
    """
    for status in (it for it in HTTPStatus if HTTPStatus.MOVED_PERMANENTLY <= it <= HTTPStatus.GATEWAY_TIMEOUT):
        is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        world.rtc.misbehave(Fault(status=status, made=not is_refusal), operation="start")
        before = world.starts()
        order = world.order(f"u{status:d}")
        delay = world.run(order)
        assert world.starts() == before + 1
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            assert delay is not None
            continue
        assert delay is None
        assert world.run(order, 2) is None
        assert world.starts() == before + 1
        said = world.read()[-1]
        unknown = f"❓ u{status:d} in room 100 may or may not be recording"
        assert said.startswith(f"⛔ Not recorded: u{status:d}" if is_refusal else unknown)
