"""What the page draws, as JSON documents under keys: messages, commands and events with their steps, jobs and faults.

A key stays with its thing; a document that differs from the one before under its key is news.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus

from local.demo.in_short import answered, asked, outcome
from local.demo.masking import masked
from local.demo.step import Step
from local.demo.steps import state_of, steps_of
from local.demo.trace import CLOCKS_DIFFER, Trace, body_of, read_object
from local.rtc.jobs import Job
from local.slack.chat import BOT, BOT_NAME, SLACKBOT, Channel, Chat, Message, Person

type Documents = dict[str, object]

EVENTS = "events"
"""Stands for a channel where the webhook's events are drawn."""


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


def commands(trace: Iterable[Trace], chat: Chat) -> Documents:
    """Give each command or event with its steps; times are milliseconds, of steps since it was sent."""
    return {f"command {seen.request_id}": _command(seen, chat) for seen in trace}


def jobs(running: Sequence[Job] | None) -> object:
    """Give RTC's jobs as its API shows them, the newest first; None where the real RTC is used."""
    return None if running is None else masked([job.document() for job in reversed(running)])


def _command(seen: Trace, chat: Chat) -> Mapping[str, object]:
    steps = steps_of(seen)
    began = steps[0].at
    return {
        "id": seen.request_id,
        "order_id": seen.order_id,
        "at": began * 1000,
        "person": seen.form.get("user_id", ""),
        "channel": EVENTS if seen.caller else seen.form.get("channel_id", ""),
        "typed": masked(f"webhook {seen.caller}: {asked(seen)}" if seen.caller else asked(seen)),
        "event": _event(seen) if seen.caller else None,
        "state": state_of(steps),
        "steps": [_step(step, began) for step in steps],
        "answers": list(dict.fromkeys(_answers(seen, chat))),
    }


def _event(seen: Trace) -> object:
    return masked(
        {
            "caller": seen.caller,
            "asked": asked(seen),
            "answered": answered(seen),
            "accepted": seen.answer is not None and seen.answer.status < HTTPStatus.BAD_REQUEST,
            "outcome": outcome(seen),
        }
    )


def _step(step: Step, began: float) -> Mapping[str, object]:
    return {
        "station": step.station,
        "title": step.title,
        "offset": max((step.at - began) * 1000, 0),
        "ms": None if step.seconds is None else step.seconds * 1000,
        "state": step.state,
        "note": masked(step.note),
    }


def _answers(seen: Trace, chat: Chat) -> Iterator[str]:
    """Give the keys of the messages that answer the command or event."""
    if seen.delivery:
        answered_at = seen.delivery.sent_at + seen.delivery.seconds - CLOCKS_DIFFER
        there = chat.messages(seen.delivery.channel)
        mine = (it for it in there if it.via in {"ack", "slack"} and it.only_for == seen.delivery.person.user_id)
        yield from _first(mine, answered_at)
    for post in seen.posts:
        if post.door == "response_url":
            # The workspace makes the message while it answers the call, and does nothing else meanwhile.
            there = chat.messages(chat.channels[seen.form["channel_id"]])
            yield from _first((it for it in there if it.via == "response_url"), post.received)
        elif ts := read_object(body_of(post.answer)).get("ts"):
            yield f"message {read_object(post.request.body)['channel']} {ts}"


def _first(messages: Iterable[Message], at: float) -> Iterator[str]:
    for message in messages:
        if float(message.ts) >= at - 0.000_001:
            yield f"message {message.channel_id} {message.ts}"
            return
