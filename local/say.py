"""Type commands as a person in a channel would, and print what that person reads."""

from collections.abc import Callable, Sequence

from bot.commands import LEXICON, SUBCOMMANDS
from bot.language.corrections import CommandError
from bot.language.parser import parse
from functions.ledger.orders import Orders
from functions.ledger.table import Table
from local.demo.trace import orders_in
from local.slack.blocks import Input
from local.slack.chat import ANN, CLASS_RECORDINGS, Message, Via
from local.slack.views import Modal
from local.system import System
from shared.attempts import Started

PATIENCE_S = 1200.0
"""How long an answer may take: orders are retried for 18 minutes."""
COMMAND = "/record"


def say(system: System, texts: Sequence[str], show: Callable[[str], None]) -> bool:
    """Type each text and show the answers. Return whether something was started or stopped, or a question answered."""
    went_well = [_say(system, text, show) for text in texts]  # every text, also after one that went well
    return any(went_well)


def _say(system: System, text: str, show: Callable[[str], None]) -> bool:
    typed = _without_command(text)
    show(f"{ANN.name}: {COMMAND} {typed}".rstrip())
    answers: list[Message] = []

    def listen(message: Message) -> None:
        if message.channel_id == CLASS_RECORDINGS.channel_id and message.seen_by(ANN.user_id):
            answers.append(message)
            show(_as_read(system, message))

    with system.slack.chat.listening(listen):
        system.slack.type_command(ANN, CLASS_RECORDINGS, typed, COMMAND)
        system.stack.wait_until_drained(PATIENCE_S)
    if form := system.slack.modal.seen(ANN):
        system.slack.modal.close(ANN)
        show(_as_form(form.view))
        return True
    if ways := _ways_of_answering(typed):
        return any(answer.via in ways for answer in answers)
    order_ids = {
        order_id
        for answer in answers
        if answer.content.metadata
        for order_id in orders_in(answer.content.metadata.document())
    }
    said_at_once = " ".join(system.slack.chat.as_text(answer) for answer in answers if answer.via == "ack")
    # Meanwhile a message about another order may have changed.
    return any(_succeeded(system, order_id) for order_id in order_ids if order_id in said_at_once)


def _without_command(text: str) -> str:
    first, *rest = text.split(maxsplit=1) or [""]
    return "".join(rest).strip() if first == COMMAND else text.strip()


def _as_read(system: System, message: Message) -> str:
    who = "recordbot" if not message.only_for else "recordbot (only to you)"
    lines = system.slack.chat.as_text(message).splitlines()
    return "\n".join([f"{who}:", *(f"  {line}" for line in lines), ""])


def _as_form(form: Modal) -> str:
    fields = [block.label.text for block in form.blocks if isinstance(block, Input)]
    where = "The page of `make demo` shows it. Here, type a command: /record help"
    return "\n".join(["recordbot opens a form:", f"  {form.title.text}", f"  {' · '.join(fields)}", f"  {where}", ""])


def _ways_of_answering(text: str) -> frozenset[Via]:
    """Return how the answer to a question comes; empty for an order. If a door fails, only Slack itself answers."""
    try:
        words, values = parse(text, LEXICON)
    except CommandError:
        return frozenset()
    if any(it.only_asks for it in SUBCOMMANDS if it.words is words):
        return frozenset({"ack"})
    return frozenset({"response_url", "web_api"}) if "dry-run" in values else frozenset()


def _succeeded(system: System, order_id: str) -> bool:
    """Return whether the order started or stopped something, by the ledger."""
    stack = system.stack
    record = Orders(Table(stack.dynamodb, stack.table_name("LedgerTable"))).read(order_id)
    targets = record.stop.targets if record.stop else ()
    return any(isinstance(attempt.outcome, Started) for attempt in record.attempts) or any(
        target.failure is None for target in targets
    )
