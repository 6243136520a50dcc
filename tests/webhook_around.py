"""The webhook's door in this process, between moto's secret and table: what a test can ask it, and change around it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.aws.secrets import Secret
from functions.http.api_gateway import HttpResponse
from functions.ledger.ledger import open_ledger
from functions.webhook import answer
from functions.webhook_api.callbacks import CallbackDoor
from functions.webhook_api.configuration import WebhookSecret
from functions.webhook_api.door import Door
from shared.orders import Order
from shared.team import InForce
from shared.team_document import team_of
from tests.callback_requests import CALLBACK_KEY
from tests.ledger_table import create_table
from tests.own_clients import connect
from tests.webhook_requests import KEY, NOW, a_request, an_event, signed

CALLERS = InForce(team_of({"callers": {"timetable": {}, "limited": {"rooms": ["100"], "channels": ["C1"]}}}))
LIMITED_KEY = "whsec_" + "bGlt" * 10
STATUS_KEY = "whsec_" + "c3Rh" * 10
START = an_event()


@dataclass
class Around:
    """The door, what came through it, and what a test can change around it."""

    now: float = NOW
    orders: list[Order] = field(default_factory=list)
    trouble: Exception | None = None

    def __post_init__(self) -> None:
        self.secrets, self.dynamodb = connect("secretsmanager"), connect("dynamodb")
        create_table(self.dynamodb)
        self.ledger = open_ledger(self.dynamodb, "ledger", "app1")
        self.secrets.create_secret(Name="webhook", SecretString=a_secret(KEY))
        secret = Secret(self.secrets, "webhook", WebhookSecret, self.clock)
        callbacks = CallbackDoor(secret, "app1", self.put, self.clock)
        self.door = Door(secret, lambda: CALLERS, self.ledger, self.put, self.clock, callbacks=callbacks)

    def clock(self) -> float:
        return self.now

    def put(self, order: Order) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.orders.append(order)

    def ask(self, body: bytes = START, headers: dict[str, str] | None = None, **where: str) -> tuple[int, Any]:
        """Status and document that a signed request gets, or one with these headers."""
        event = a_request(body, signed(body, now=self.now) if headers is None else headers, **where)
        told = self.answer(event)
        return told.status, json.loads(told.body)

    def answer(self, event: object, function_request_id: str = "none") -> HttpResponse:
        """The whole answer to an event of API Gateway."""
        return answer(event, lambda: self.door, function_request_id)


def a_secret(
    *keys: str, status_keys: Sequence[str] = (STATUS_KEY,), callback_keys: Sequence[str] = (CALLBACK_KEY,)
) -> str:
    """The webhook's secret with these keys of timetable."""
    callers = {"timetable": keys, "limited": [LIMITED_KEY]}
    return json.dumps({"callers": callers, "status_keys": status_keys, "callback_keys": callback_keys})
