"""What is said of a command at once, before anything is known from RTC. Results are in bot/messages/outcomes.py."""

from collections.abc import Sequence

from bot.commands_doc import help_text
from bot.language.corrections import CommandError
from bot.messages.blocks import Audience, Reply, code, joined, plain, reply
from bot.messages.wording import common_settings, streams
from shared.orders import Order, Start
from shared.rtc.request_preview import RequestPreview

_SLIPS_SHOWN = 5


def accepted(order_id: str, action: Start) -> Reply:
    """The order is on its way."""
    who = streams(action.requests)
    headline = f"🔎 Trying {who} without sending anything" if action.dry_run else f"⏳ Asking RTC to record {who}"
    alike = common_settings(action.requests) or "settings differ"
    return reply(Audience.ASKER, [headline], joined(alike, f"order {order_id}"))


def not_queued() -> Reply:
    """The order could not be passed on."""
    return reply(
        Audience.ASKER,
        ["⚠ Nothing was started: recordbot could not pass the order on."],
        ["Try again in a minute. If that fails too, tell an operator."],
    )


def perhaps_queued(order: Order) -> Reply:
    """The queue gave no usable answer: it may have the order nevertheless."""
    return reply(
        Audience.ASKER,
        ["❓ Your order may or may not be on its way."],
        [f"If no answer comes within a minute, ask again: nothing is started twice. Order {order.order_id}"],
    )


def another_name(command: str) -> Reply:
    """A command came whose name is not the one that is set here."""
    return reply(Audience.ASKER, [f"✋ Nothing started. Here recordbot answers to {command}"], [f"Try: {command} help"])


def our_mistake() -> Reply:
    """We failed before there was an order."""
    return reply(
        Audience.ASKER,
        ["⚠ That was our mistake, not yours."],
        ["Nothing was started. Try again in a minute; if that fails too, tell an operator."],
    )


def bug(order: Order) -> Reply:
    """We failed, and the order waits for an operator."""
    return reply(
        Audience.ASKER,
        ["⚠ That was our mistake, not yours."],
        [f"Nothing is lost: order {order.order_id} is kept for an operator."],
    )


def slip(error: CommandError, name: str) -> Reply:
    """What is wrong with the command called `name`, and what to type instead."""
    count = len(error.problems)
    shown = [plain(problem.line, 160) for problem in error.problems[:_SLIPS_SHOWN]]
    if count > _SLIPS_SHOWN:
        shown.append(f"and {count - _SLIPS_SHOWN} more")
    way_out = f"{name} help" if error.corrected is None else f"{name} {error.corrected}"
    return reply(
        Audience.ASKER,
        [f"✋ Nothing started. {count} {'thing' if count == 1 else 'things'} to fix"],
        ["   ".join(f"• {line}" for line in shown)],
        [code(way_out, most=1200)],
    )


def help_on(topic: str | None, name: str) -> Reply:
    """The commands in short, or one of their words. Raises KeyError for a topic that isn't in the catalogue."""
    first, *lines = help_text(topic, name=name)
    return reply(Audience.ASKER, [first], *([line] for line in lines))


def preview(action: Start, previews: Sequence[RequestPreview]) -> Reply:
    """A dry run's answer: the request for the order's first stream in full, and how the others differ from it."""
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
