"""End the tries of an order that waits, because RTC doesn't take it. No sub-command does this."""

from pydantic import TypeAdapter

from bot.commands.subcommand import Asked, Placing
from bot.interactions.interaction import Click, Interaction, read_value
from bot.messages.blocks import Audience, Reply, reply
from bot.messages.controls import ControlName
from shared.order_ids import OrderId
from shared.orders import GiveUp
from shared.team import Right

_ORDER_ID: TypeAdapter[str] = TypeAdapter(OrderId)


def _run(click: Click, _: Asked) -> Reply | Placing:
    given_up = GiveUp(order=read_value(_ORDER_ID, click.value))
    return Placing(
        given_up,
        lambda order_id: reply(Audience.ASKER, [f"⏳ Giving up order {given_up.order}"], [f"order {order_id}"]),
        redraws=True,
    )


GIVE_UP = Interaction(
    ControlName.GIVE_UP,
    _run,
    Right.STOP_ANY,
    help="Give up: end the tries of an order that waits because RTC does not take it",
)
