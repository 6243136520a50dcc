"""Type commands as a person in a channel would, and print what that person reads."""

import json
from collections.abc import Callable, Sequence

from bot.commands import LEXICON, SUBCOMMANDS
from bot.commands.subcommand import Answers
from bot.language.corrections import CommandError
from bot.language.parser import parse
from local.slack.chat import ANN, CLASS_RECORDINGS, Message, Via
from local.system import System

PATIENCE_S = 1200.0
"""How long an answer may take: orders are retried for 18 minutes."""
COMMAND = "/record"


def say(system: System, texts: Sequence[str], show: Callable[[str], None]) -> bool:
    """Type each text, and show what is answered; whether something was started, or a question got its answer."""
    went_well = [_say(system, text, show) for text in texts]  # every text, also after one that went well
    return any(went_well)


def _say(system: System, text: str, show: Callable[[str], None]) -> bool:
    typed = _without_command(text)
    show(f"{ANN.name}: {COMMAND} {typed}".rstrip())
    before = _started(system)
    answers: list[Message] = []

    def listen(message: Message) -> None:
        if message.channel_id == CLASS_RECORDINGS.channel_id and message.seen_by(ANN.user_id):
            answers.append(message)
            show(_as_read(system, message))

    with system.slack.chat.listening(listen):
        system.slack.type_command(ANN, CLASS_RECORDINGS, typed, COMMAND)
        system.stack.wait_until_drained(PATIENCE_S)
    if ways := _ways_of_answering(typed):
        return any(answer.via in ways for answer in answers)
    return _started(system) > before


def _without_command(text: str) -> str:
    first, *rest = text.split(maxsplit=1) or [""]
    return "".join(rest).strip() if first == COMMAND else text.strip()


def _as_read(system: System, message: Message) -> str:
    who = "recordbot" if not message.only_for else "recordbot (only to you)"
    lines = system.slack.chat.as_text(message).splitlines()
    return "\n".join([f"{who}:", *(f"  {line}" for line in lines), ""])


def _ways_of_answering(text: str) -> frozenset[Via]:
    """How the answer to a question comes; none for what is no question. A door that fails makes only Slack speak."""
    try:
        words, values = parse(text, LEXICON)
    except CommandError:
        return frozenset()
    if any(isinstance(it, Answers) for it in SUBCOMMANDS if it.words is words):
        return frozenset({"ack"})
    return frozenset({"response_url", "web_api"}) if "dry-run" in values else frozenset()


def _started(system: System) -> int:
    """How many streams were started so far, by the ledger."""
    items = system.stack.dynamodb.scan(TableName=system.stack.table_name("LedgerTable"))["Items"]
    attempts = [
        json.loads(item["data"]["S"]) for item in items if item["pk"]["S"].startswith("ORDER#") and "data" in item
    ]
    return sum((attempt.get("outcome") or {}).get("kind") == "started" for attempt in attempts)
