"""The replies of all sub-commands, and of a dry run. Outcomes are in outcomes.py and stop_outcomes.py."""

from collections.abc import Sequence
from datetime import datetime

from bot.language.corrections import CommandError
from bot.messages.blocks import Audience, Reply, clock_time, code, plain, reply
from bot.messages.controls import Button, ControlName, Controls
from bot.messages.wording import streams
from shared.orders import Order, Start
from shared.rtc.request_preview import RequestPreview

_PROBLEMS_SHOWN = 5


def not_queued() -> Reply:
    """Say that the order could not be put on the queue."""
    return reply(
        Audience.ASKER,
        ["⚠ Nothing was done: recordbot could not pass the order on."],
        ["Try again in a minute. If that fails too, tell an operator."],
    )


def perhaps_queued(order: Order) -> Reply:
    """Say that the queue may have the order, because it gave no usable answer."""
    return reply(
        Audience.ASKER,
        ["❓ Your order may or may not be on its way."],
        [f"If no answer comes within a minute, ask again: nothing is done twice. Order {order.order_id}"],
    )


def another_name(command: str) -> Reply:
    """Answer a slash command of another name than the configured one."""
    return reply(
        Audience.ASKER, [f"✋ Nothing was done. Here recordbot answers to {command}"], [f"Try: {command} help"]
    )


def old_button(command: str) -> Reply:
    """Answer a click on a control that this version of recordbot doesn't have."""
    return reply(
        Audience.ASKER,
        ["✋ Nothing was done: this button is of another version of recordbot."],
        ["What runs here: ", code(f"{command} list"), ", and all that can be typed: ", code(f"{command} help")],
    )


def old_form(command: str) -> Reply:
    """Answer a form that another version of recordbot has opened."""
    return reply(
        Audience.ASKER,
        ["✋ Nothing was done: this form is of another version of recordbot."],
        ["Close it, and open it again: ", code(command)],
    )


def our_mistake() -> Reply:
    """Say that we failed before there was an order."""
    return reply(
        Audience.ASKER,
        ["⚠ That was our mistake, not yours."],
        ["Nothing was done. Try again in a minute; if that fails too, tell an operator."],
    )


def bug(order: Order) -> Reply:
    """Say that we failed, and that the order waits for an operator."""
    return reply(
        Audience.ASKER,
        ["⚠ That was our mistake, not yours."],
        [f"Nothing is lost: order {order.order_id} is kept for an operator."],
    )


def aws_away(order: Order) -> Reply:
    """Say that AWS failed for as long as the order was tried, and that the order waits for an operator."""
    return reply(
        Audience.ASKER,
        ["⚠ Your order could not be finished: recordbot can't reach its storage at AWS."],
        [f"Order {order.order_id} is kept for an operator. You can ask again: nothing is done twice."],
    )


def key_refused(order: Order, until: datetime) -> Reply:
    """Say that the order waits because RTC refuses our key."""
    return reply(
        Audience.ASKER,
        ["⏳ Waiting: RTC refuses recordbot's key."],
        [f"An operator has been alerted. Order {order.order_id} is tried again at ", clock_time(until), "."],
    )


def away() -> Reply:
    """Say that AWS failed before there was an order."""
    return reply(
        Audience.ASKER,
        ["⚠ recordbot can't take this just now: AWS does not answer."],
        ["Nothing was started or stopped. Try again in a minute."],
    )


def not_understood(error: CommandError, name: str) -> Reply:
    """Say what is wrong with the command called `name`, one problem a line, and what to type instead."""
    count = len(error.problems)
    shown = [[f"• {plain(problem.line, 160)}"] for problem in error.problems[:_PROBLEMS_SHOWN]]
    if count > _PROBLEMS_SHOWN:
        shown.append([f"and {count - _PROBLEMS_SHOWN} more"])
    way_out = f"{name} help" if error.corrected is None else f"{name} {error.corrected}"
    run = Button("Run it", ControlName.RUN, error.corrected or "", about=way_out, style="primary")
    return reply(
        Audience.ASKER,
        [f"✋ {error.nothing}. {count} {'thing' if count == 1 else 'things'} to fix"],
        *shown,
        [code(way_out, most=1200)],
        *([Controls([run])] if error.corrected else []),
    )


def preview(action: Start, previews: Sequence[RequestPreview]) -> Reply:
    """Answer a dry run: the request for the first stream in full, and how the others differ from it."""
    first, *others = previews
    headline = f"🔎 Dry run for {streams(action.requests)}: nothing was sent"
    headers = "\n".join(f"{name}: {value}" for name, value in first.headers.items())
    signed = first.canonical_request
    return reply(
        Audience.ASKER,
        [headline],
        *([[_others(first, others)]] if others else []),
        details=[
            (f"{first.method} {first.url}", headers),
            ("Body", first.body_text()),
            *([] if signed is None else [("Canonical request, which the signature covers", signed)]),
        ],
    )


def _others(first: RequestPreview, others: Sequence[RequestPreview]) -> str:
    alike = all({**other.body, "user_id": None} == {**first.body, "user_id": None} for other in others)
    if not alike:
        return f"The first of {len(others) + 1} requests:"
    users = ", ".join(plain(other.body["user_id"]) for other in others)
    return f"The first of {len(others) + 1} requests; the others differ only in user_id: {users}"
