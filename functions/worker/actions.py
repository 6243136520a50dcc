"""The table of handlers: one for each kind of action.

To add an action, add its model in shared/orders.py, its handler in a file here, and its line below.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import BaseModel

from functions.worker.callback import CallbackHandler
from functions.worker.check import CheckHandler
from functions.worker.delivery import Delivery
from functions.worker.extend import ExtendHandler
from functions.worker.give_up import GiveUpHandler
from functions.worker.home import HomeHandler
from functions.worker.link import LinkHandler
from functions.worker.move import MoveHandler
from functions.worker.release import ReleaseHandler
from functions.worker.settle import SettleHandler
from functions.worker.show import ShowHandler
from functions.worker.start import StartHandler
from functions.worker.stop import StopHandler
from shared.failures import FailureKind
from shared.orders import Callback, Check, Extend, GiveUp, Home, Link, Move, Order, Release, Settle, Show, Start, Stop


class Handler[A: BaseModel](Protocol):
    """Does what one kind of action asks."""

    def run(self, order: Order, action: A, delivery: Delivery, /) -> None:
        """Process the order to its end. Raises TryAgain if that takes another receive."""

    def give_up(self, order: Order, action: A, why: FailureKind, /) -> None:
        """Store a result for an order whose message goes to the dead-letter queue."""


type Handlers = Mapping[type[BaseModel], Handler[Any]]


def handlers(
    start: StartHandler,
    stop: StopHandler,
    check: CheckHandler,
    show: ShowHandler,
    extend: ExtendHandler,
    release: ReleaseHandler,
    move: MoveHandler,
    home: HomeHandler,
    link: LinkHandler,
    give_up: GiveUpHandler,
    callback: CallbackHandler,
    settle: SettleHandler,
) -> Handlers:
    """Return the table of handlers."""
    return dict(
        [
            _row(Start, start),
            _row(Stop, stop),
            _row(Check, check),
            _row(Show, show),
            _row(Extend, extend),
            _row(Release, release),
            _row(Move, move),
            _row(Home, home),
            _row(Link, link),
            _row(GiveUp, give_up),
            _row(Callback, callback),
            _row(Settle, settle),
        ]
    )


def _row[A: BaseModel](action: type[A], handler: Handler[A]) -> tuple[type[BaseModel], Handler[Any]]:
    # The type checker refuses a row whose handler is for another action.
    return action, handler
