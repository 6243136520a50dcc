"""What the page draws, as JSON documents with keys: messages, commands and events, jobs, events for other systems.

A thing keeps its key. The page is sent each document that has changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from local.demo.masking import masked
from local.demo.step import Step
from local.demo.steps import state_of, steps_of
from local.demo.summaries import answered, outcome, requested
from local.demo.trace import Trace, orders_in
from local.rtc.api import RtcApi
from local.slack.chat import BOT, BOT_NAME, SLACKBOT, Channel, Chat, Message, Person
from local.slack.views import Home, Modal, OpenView

APP_HOME = "home"
"""Takes the place of a channel id where the app's home tab is drawn."""

JOBS_SHOWN = 60
"""A page that is open for a day stays quick: each job's file is a player."""

type Documents = dict[str, object]

EVENTS = "events"
"""Takes the place of a channel id where the webhook's events are drawn."""


def channels_of(chat: Chat, viewer: Person) -> list[Channel]:
    """Return the conversations that the viewer can read."""
    return [channel for channel in chat.channels.values() if channel.open_to(viewer.user_id)]


def messages_seen(chat: Chat, viewer: Person) -> Documents:
    """Return each message that the viewer sees, in all channels."""
    names = {person.user_id: person.name for person in chat.people.values()} | {BOT: BOT_NAME, SLACKBOT: "Slackbot"}
    return {
        _key(message): {
            "channel": message.channel_id,
            "ts": message.ts,
            "author": message.author,
            "name": names.get(message.author, message.author),
            "app": message.author == BOT,
            "only_you": bool(message.only_for),
            "edited": message.edited,
            "thread": message.thread_ts,
            "pings_you": viewer.user_id in message.pings,
            "text": message.content.text,
            "blocks": message.content.blocks_document(),
        }
        for channel in channels_of(chat, viewer)
        for message in chat.messages(channel, viewer)
    }


def modal_seen(view: OpenView[Modal] | None) -> object:
    """Return the modal as it is drawn; None if none is open. Its private_metadata is nothing that a person sees."""
    if view is None:
        return None
    document = view.document()
    shown = {name: document[name] for name in ("id", "hash", "title", "submit", "close", "blocks", "state")}
    return {**shown, "is_pushed": view.previous_view_id is not None, "errors": view.errors, "trouble": view.trouble}


def home_seen(view: OpenView[Home] | None) -> object:
    """Return the home tab as it is drawn; None while the app has published none."""
    document = view.document() if view else {}
    return {name: document[name] for name in ("id", "hash", "blocks", "state")} if document else None


def commands(traces: Iterable[Trace], chat: Chat) -> Documents:
    """Return each command or event with its steps. Times are in milliseconds; a step's offset is since the start."""
    return {f"command {trace.request_id}": _command(trace, chat) for trace in traces}


def jobs(rtc: RtcApi | None) -> object:
    """Return RTC's jobs as its API shows them, with their files, the newest first: the latest, and all that run.

    Return None if the real RTC is used.
    """
    if rtc is None:
        return None
    files = {file.job.job_id: file.key for file in rtc.files()}
    # A file's name is its address, so no other job's push key may hide a part of it.
    known = rtc.jobs()
    shown = [job for n, job in enumerate(known, JOBS_SHOWN - len(known)) if n >= 0 or job.state != "STOPPED"]
    named = [(masked(job.document()), files.get(job.job_id)) for job in reversed(shown)]
    return [{**job, "file": file} for job, file in named if isinstance(job, dict)]


def for_others(events: Iterable[Mapping[str, object]]) -> Documents:
    """Return each event for other systems, as it was on the event bus."""
    return {f"sent {event['id']}": masked(event) for event in events}


def _command(trace: Trace, chat: Chat) -> Mapping[str, object]:
    steps = steps_of(trace)
    began = steps[0].at
    return {
        "id": trace.request_id,
        "order_id": trace.order_id,
        "at": began * 1000,
        "person": trace.person_id,
        "channel": EVENTS if trace.caller else trace.channel_id,
        "is_typed": not trace.interaction,
        "typed": masked(f"webhook {trace.caller}: {requested(trace)}" if trace.caller else requested(trace)),
        "event": _event(trace) if trace.caller else None,
        "state": state_of(steps),
        "steps": [_step(step, began) for step in steps],
        "answers": [_key(message) for message in _answers(trace, chat)],
    }


def _event(trace: Trace) -> object:
    return masked(
        {
            "caller": trace.caller,
            "requested": requested(trace),
            "answered": answered(trace),
            "accepted": trace.answer is not None and trace.answer.status < HTTPStatus.BAD_REQUEST,
            "outcome": outcome(trace),
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
        "check": step.check,
    }


def _answers(trace: Trace, chat: Chat) -> Iterator[Message]:
    """Yield the messages that answer the command or event: the one in the door's 200, then those that name its order.

    Slack's record of the delivery has the first, and the message metadata of the others has the order. Neither the time
    nor the text of a message counts: several people may use a channel at once.
    """
    if trace.delivery and trace.delivery.message:
        yield trace.delivery.message
    reply_to = trace.order.get("reply_to")
    if trace.posts and reply_to:
        for message in chat.messages(chat.channels[reply_to["channel_id"]]):
            metadata = message.content.metadata
            if metadata and trace.order_id in orders_in(metadata.document()):
                yield message


def _key(message: Message) -> str:
    return f"message {message.channel_id} {message.ts}"
