"""People, channels and messages of the Slack stand-in: who sees what, in which order, with notice of each change."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from local.slack.content import Content
from local.slack.text import as_text

TEAM_ID = "T0RECORD"
TEAM_DOMAIN = "recordbot-demo"
APP_ID = "A0RECORDBOT"
BOT = "U0RECORDBOT"
"""The bot's user id."""
BOT_ID = "B0RECORDBOT"
BOT_NAME = "recordbot"
SLACKBOT = "USLACKBOT"
"""Slackbot's user id, for Slack's own messages."""

type Via = Literal["ack", "response_url", "web_api", "slack"]
"""How a message was posted: in the 200 to a command, by a response_url, by the Web API, or by Slack itself."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace."""

    user_id: str
    name: str
    tz: str = "Europe/Berlin"
    is_guest: bool = False
    groups: frozenset[str] = frozenset()
    """The user groups that the person is in."""
    team_id: str = TEAM_ID
    """The workspace that the person belongs to: another one for people of Slack Connect."""


class Kind(StrEnum):
    """Who can see a channel."""

    PUBLIC = "public"
    PRIVATE = "private"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation. `members` are user ids, with the bot's if it was invited."""

    channel_id: str
    name: str
    kind: Kind
    members: frozenset[str]
    archived: bool = False

    def open_to(self, user_id: str) -> bool:
        """Return whether that person can read here: everyone in a public channel, otherwise only members."""
        return self.kind is Kind.PUBLIC or user_id in self.members


ANN = Person("U0ANN", "ann")
BEN = Person("U0BEN", "ben", "America/New_York")
_BOTH = frozenset({ANN.user_id, BEN.user_id})
CLASS_RECORDINGS = Channel("C0CLASSES", "class-recordings", Kind.PUBLIC, _BOTH | {BOT})
GENERAL = Channel("C0GENERAL", "general", Kind.PUBLIC, _BOTH)
STAFF = Channel("C0STAFF", "staff-room", Kind.PRIVATE, _BOTH)
ANN_AND_BEN = Channel("D0ANNBEN", "ann, ben", Kind.DIRECT, _BOTH)
ANN_AND_BOT = Channel("D0ANNBOT", BOT_NAME, Kind.DIRECT, frozenset({ANN.user_id, BOT}))
PEOPLE = (ANN, BEN)
CHANNELS = (CLASS_RECORDINGS, GENERAL, STAFF, ANN_AND_BEN, ANN_AND_BOT)


@dataclass(frozen=True, slots=True)
class Message:
    """A message in its current state. `ts` is its id in the channel; an ephemeral one is visible only to `only_for`.

    A reply has the `ts` of its thread's message as `thread_ts`; other messages have none.
    """

    channel_id: str
    ts: str
    author: str
    content: Content
    via: Via
    only_for: str = ""
    thread_ts: str = ""
    edited: bool = False
    deleted: bool = False

    def seen_by(self, user_id: str) -> bool:
        """Return whether that person, who can read the channel, sees the message."""
        return not self.deleted and self.only_for in {"", user_id}

    @property
    def pings(self) -> frozenset[str]:
        """Whom the message notified: user ids, and `channel`, `here` or `everyone`; nobody if it is ephemeral."""
        return frozenset() if self.only_for else self.content.notified

    def document(self) -> dict[str, object]:
        """Return the message as Slack's JSON has it."""
        return {
            "type": "message",
            "user": self.author,
            "bot_id": BOT_ID,
            "team": TEAM_ID,
            "ts": self.ts,
            "text": self.content.text,
            "blocks": self.content.blocks_document(),
            **({"thread_ts": self.thread_ts} if self.thread_ts else {}),
            **({"metadata": self.content.metadata.document()} if self.content.metadata else {}),
        }


class Chat:
    """All conversations, in memory. Thread-safe: `news` is its lock, and is notified of every change."""

    def __init__(self, people: tuple[Person, ...], channels: tuple[Channel, ...], clock: Callable[[], float]) -> None:
        self.people = {person.user_id: person for person in people}
        self.channels = {channel.channel_id: channel for channel in channels}
        self.news = threading.Condition()
        self._clock = clock
        self._last_ts = 0
        self._messages: dict[tuple[str, str], Message] = {}
        self._listeners: list[Callable[[Message], None]] = []
        self._watchers: list[Callable[[], None]] = []

    def post(
        self,
        channel: Channel,
        author: str,
        content: Content,
        via: Via,
        only_for: str = "",
        thread_ts: str = "",
    ) -> Message:
        """Add a message, or a reply in the thread of the message `thread_ts`, and return it."""
        with self.news:
            self._last_ts = max(round(self._clock() * 1_000_000), self._last_ts + 1)
            seconds, microseconds = divmod(self._last_ts, 1_000_000)
            ts = f"{seconds}.{microseconds:06d}"
            return self._put(Message(channel.channel_id, ts, author, content, via, only_for, thread_ts))

    def edit(self, message: Message, content: Content) -> Message:
        """Replace the content of `message`, and return the new message."""
        return self._put(replace(message, content=content, edited=True))

    def delete(self, message: Message) -> Message:
        """Delete `message`, and return the deleted message."""
        return self._put(replace(message, deleted=True))

    def find(self, channel_id: str, ts: str) -> Message | None:
        """Return that message; None if it doesn't exist or was deleted."""
        with self.news:
            message = self._messages.get((channel_id, ts))
            return message if message and not message.deleted else None

    def messages(self, channel: Channel, viewer: Person | None = None) -> list[Message]:
        """Return what `viewer` sees in `channel`, replies included, the oldest first; without a viewer, all of it."""
        with self.news:
            there = [message for message in self._messages.values() if message.channel_id == channel.channel_id]
        if viewer is None:
            return [message for message in there if not message.deleted]
        if not channel.open_to(viewer.user_id):
            return []
        return [message for message in there if message.seen_by(viewer.user_id)]

    def replies(self, message: Message) -> list[Message]:
        """Return the replies in the thread of `message`, the oldest first."""
        with self.news:
            thread = [it for it in self._messages.values() if it.channel_id == message.channel_id and not it.deleted]
        return [it for it in thread if it.thread_ts == message.ts]

    def document(self, message: Message) -> dict[str, object]:
        """Return the message as Slack's JSON has it, with what it says of the message's thread."""
        replies = self.replies(message)
        if not replies:
            return message.document()
        thread = {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
        return {**message.document(), **thread}

    def wait_for[Found](self, look: Callable[[], Found], limit_s: float) -> Found:
        """Return the result of `look` as soon as it is truthy, or its result after `limit_s` seconds.

        `look` is called now and after every change, with the lock held. It may read this chat, and must not block.
        """
        with self.news:
            return self.news.wait_for(look, limit_s)

    @contextlib.contextmanager
    def listening(self, listener: Callable[[Message], None]) -> Iterator[None]:
        """Call `listener` with the changed message at every change, in order; it must not block."""
        with self.news:
            self._listeners.append(listener)
        try:
            yield
        finally:
            with self.news:
                self._listeners.remove(listener)

    @contextlib.contextmanager
    def watching(self, watcher: Callable[[], None]) -> Iterator[None]:
        """Call `watcher` at every change of what a person sees, views included; it must not block."""
        with self.news:
            self._watchers.append(watcher)
        try:
            yield
        finally:
            with self.news:
                self._watchers.remove(watcher)

    def tell(self) -> None:
        """Give notice that something has changed that isn't a message."""
        with self.news:
            for watcher in self._watchers:
                watcher()
            self.news.notify_all()

    def as_text(self, message: Message) -> str:
        """Return `message` as a person reads it on a terminal."""
        names = {person.user_id: person.name for person in self.people.values()}
        names |= {channel.channel_id: channel.name for channel in self.channels.values()}
        return as_text(message.content, names | {BOT: BOT_NAME, SLACKBOT: "Slackbot"})

    def _put(self, message: Message) -> Message:
        with self.news:
            self._messages[message.channel_id, message.ts] = message
            for listener in self._listeners:
                listener(message)
            self.tell()
        return message
