"""RTC gets the keys of push addresses from the order; the ledger never has them."""

from collections.abc import Iterator

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.ledger.changes import Change
from shared.orders import Start
from tests.builders import a_request
from tests.integration.conftest import World, a_world
from tests.ledger_table import TABLE

KEY = "k3yPlanted"
URLS = [f"rtmp://live.example.com/app/{KEY}"]


@pytest.fixture(name="world")
def _world(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[World]:
    with a_world(aws, bot_token=True) as world:
        yield world


@pytest.mark.parametrize("is_claim_read_again", [False, True])
def test_the_ledger_has_no_key_and_rtc_has_it_in_full(
    world: World, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, *, is_claim_read_again: bool
) -> None:
    """Also where the claim is read again, because its write was repeated and then refused. No difference is told."""
    request = a_request(publish_param={"rtmp_urls": URLS})
    order = world.order().model_copy(update={"action": Start(requests=(request,)), "body_digest": "d" * 64})
    world.ledger.orders.record_request(order, world.clock())
    if is_claim_read_again:
        table = world.ledger.attempts._table
        real_write = table.write

        def write(*changes: Change) -> bool:
            is_stored = real_write(*changes)
            monkeypatch.undo()
            return not is_stored

        monkeypatch.setattr(table, "write", write)
    world.run(order)
    world.clock.tick(10)
    check = world.next_check()
    assert check is not None
    world.run(check)
    (job,) = world.rtc.jobs()
    assert job.parameters.publish_param == {"rtmp_urls": URLS}
    items = str(dynamodb.scan(TableName=TABLE)["Items"])
    assert order.order_id in items
    assert "rtmp://live.example.com/kept-" in items
    assert KEY not in items
    (said,) = world.read()
    assert "Recording user001" in said
    assert "pushed to 1 address" in said
    assert "elsewhere" not in said
