"""The webhook's door in this process, between moto's secret and table: what a test can ask it, and change around it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
from pydantic import BaseModel

from functions.aws.secrets import Secret
from functions.http.api_gateway import HttpResponse
from functions.ledger.keys import item_of, order_key
from functions.ledger.orders import OrderRecords
from functions.webhook import answer
from functions.webhook_api.configuration import Limits, WebhookSecret
from functions.webhook_api.door import Door
from local.aws.account import REGION
from shared.attempts import KnownJob
from shared.orders import Order
from tests.webhook_requests import KEY, NOW, a_request, an_event, signed

CALLERS = {"timetable": Limits(), "limited": Limits(rooms=frozenset({"100"}), channels=frozenset({"C1"}))}
LIMITED_KEY = "whsec_" + "bGlt" * 10
STATUS_KEY = "whsec_" + "c3Rh" * 10
START = an_event()


@dataclass
class Around:
    """The door, what came through it, and what a test can change around it."""

    now: float = NOW
    orders: list[Order] = field(default_factory=list)
    trouble: Exception | None = None
    jobs: dict[str, KnownJob] = field(default_factory=dict)

    def __post_init__(self) -> None:
        session = boto3.Session("made", "up", region_name=REGION)
        self.secrets, self.dynamodb = session.client("secretsmanager"), session.client("dynamodb")
        self.dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        self.records = OrderRecords(self.dynamodb, "ledger")
        self.secrets.create_secret(Name="webhook", SecretString=a_secret(KEY))
        secret = Secret(self.secrets, "webhook", WebhookSecret, self.clock)
        self.door = Door(secret, CALLERS, self.records, self.put, self.clock)

    def clock(self) -> float:
        return self.now

    def put(self, order: Order) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.orders.append(order)

    def write(self, part: str, content: BaseModel) -> None:
        """Have the ledger hold this of the one order."""
        (order,) = self.orders
        item = item_of(order_key(order.order_id, part), content, datetime.fromtimestamp(self.now, UTC))
        self.dynamodb.put_item(TableName="ledger", Item=item)

    def ask(self, body: bytes = START, headers: dict[str, str] | None = None, **where: str) -> tuple[int, Any]:
        """Status and document that a signed request gets, or one with these headers."""
        event = a_request(body, signed(body, now=self.now) if headers is None else headers, **where)
        told = self.answer(event)
        return told.status, json.loads(told.body)

    def answer(self, event: object, function_request_id: str = "none") -> HttpResponse:
        """The whole answer to an event of API Gateway."""
        return answer(event, lambda: self.door, function_request_id)


def a_secret(*keys: str, status_keys: Sequence[str] = (STATUS_KEY,)) -> str:
    """The webhook's secret with these keys of timetable."""
    return json.dumps({"callers": {"timetable": keys, "limited": [LIMITED_KEY]}, "status_keys": status_keys})
