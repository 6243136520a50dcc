"""What the page draws, as JSON documents under keys: messages, commands with their steps, jobs, what is broken.

A key stays with its thing; a document that differs from the one before under its key is news.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.normalise import from_slack
from local.demo.evidence import Evidence, body_of
from local.demo.masking import masked
from local.demo.steps import Step, state_of, steps_of
from local.rtc.jobs import Job
from local.slack.chat import BOT, BOT_NAME, SLACKBOT, Channel, Chat, Message, Person
from local.slack.workspace import Call

type Documents = dict[str, object]

_CLOCKS_DIFFER = 0.01


def channels_of(chat: Chat, viewer: Person) -> list[Channel]:
    """Give the conversations that the viewer can read."""
    return [channel for channel in chat.channels.values() if channel.open_to(viewer.user_id)]


def messages_seen(chat: Chat, viewer: Person) -> Documents:
    """Give each message that the viewer sees, in whatever channel."""
    names = {person.user_id: person.name for person in chat.people.values()} | {BOT: BOT_NAME, SLACKBOT: "Slackbot"}
    return {
        f"message {message.channel_id} {message.ts}": {
            "channel": message.channel_id,
            "ts": message.ts,
            "author": message.author,
            "name": names.get(message.author, message.author),
            "app": message.author == BOT,
            "only_you": bool(message.only_for),
            "edited": message.edited,
            "text": message.content.text,
            "blocks": message.content.blocks_document(),
        }
        for channel in channels_of(chat, viewer)
        for message in chat.messages(channel, viewer)
    }


def commands(evidence: Iterable[Evidence], chat: Chat) -> Documents:
    """Give each command with its steps; times are milliseconds, of steps since the command was sent."""
    return {f"command {seen.request_id}": _command(seen, chat) for seen in evidence}


def jobs(running: Sequence[Job] | None) -> object:
    """Give RTC's jobs as its API shows them, the newest first; None where the real RTC is used."""
    return None if running is None else masked([job.document() for job in reversed(running)])


def _command(seen: Evidence, chat: Chat) -> Mapping[str, object]:
    steps = steps_of(seen)
    began = steps[0].at
    return {
        "id": seen.request_id,
        "order_id": seen.order_id,
        "at": began * 1000,
        "person": seen.form.get("user_id", ""),
        "channel": seen.form.get("channel_id", ""),
        "typed": masked(f"{seen.form.get('command', '')} {from_slack(seen.form.get('text', ''))}".strip()),
        "state": state_of(steps),
        "steps": [_step(step, began) for step in steps],
        "answers": list(dict.fromkeys(_answers(seen, chat))),
    }


def _step(step: Step, began: float) -> Mapping[str, object]:
    return {
        "station": step.station,
        "title": step.title,
        "offset": max((step.at - began) * 1000, 0),
        "ms": None if step.seconds is None else step.seconds * 1000,
        "state": step.state,
        "note": masked(step.note),
    }


def _answers(seen: Evidence, chat: Chat) -> Iterator[str]:
    """Give the keys of the messages that answer the command."""
    channel = chat.channels[seen.form["channel_id"]]
    there = chat.messages(channel)
    if seen.delivery:
        answered_at = seen.delivery.sent_at + seen.delivery.seconds - _CLOCKS_DIFFER
        mine = (it for it in there if it.via in {"ack", "slack"} and it.only_for == seen.form["user_id"])
        yield from _first(mine, answered_at)
    for post in seen.posts:
        if post.door == "response_url":
            # The workspace makes the message while it answers the call, and does nothing else meanwhile.
            yield from _first((it for it in there if it.via == "response_url"), post.received)
        elif ts := _ts_of(post):
            yield f"message {channel.channel_id} {ts}"


def _first(messages: Iterable[Message], at: float) -> Iterator[str]:
    for message in messages:
        if float(message.ts) >= at - 0.000_001:
            yield f"message {message.channel_id} {message.ts}"
            return


def _ts_of(post: Call) -> str:
    try:
        document = json.loads(body_of(post.answer))
    except ValueError:
        return ""
    return str(document.get("ts", "")) if isinstance(document, dict) else ""
