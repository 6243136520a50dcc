"""What a question about rights is about: the person, the place, the stream or recording, and what is counted."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from shared.actors import Actor
from shared.recordings import Recording
from shared.rtc.models import RecordingRequest


class Need(StrEnum):
    """What has to be known for a verdict."""

    MEMBERSHIP = "membership"
    """Whether the person is a guest."""
    GROUPS = "groups"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person in Slack; None is unknown."""

    is_guest: bool | None = None
    """Whether the person is a guest of the workspace, or belongs to another organisation."""
    groups: frozenset[str] | None = None
    """The user groups that the person is in."""


NOTHING_KNOWN = Person()
NOT_SAID = Person(is_guest=False, groups=frozenset())
"""What holds of a person if Slack can't be asked: a command itself doesn't say who is a guest, or in which groups."""

FOREIGN = Person(is_guest=True, groups=frozenset())
"""Somebody of another organisation, as Slack says with each click in a shared channel."""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel. None is no channel: a caller's event that names none."""

    channel_id: str | None
    is_public: bool = False
    """Whether it is known to be a public channel."""


@dataclass(frozen=True, slots=True)
class What:
    """What is asked about: a stream to start, or a recording."""

    room_id: str | None = None
    """None if it isn't known."""
    record_rule: str | None = None
    length: timedelta | None = None
    """How long it is to last altogether, if somebody has said so."""
    owner: Actor | None = None
    """Who started it; None for what is to be started."""
    place: Place | None = None
    """Where it was asked for; None if it isn't known."""

    @classmethod
    def started(cls, request: RecordingRequest, length: timedelta | None = None) -> "What":
        """Return a stream that is to be started."""
        rule = None if request.record_param is None else request.record_param.record_rule_id
        return cls(request.room_id, rule, length)

    @classmethod
    def recorded(cls, recording: Recording, length: timedelta | None = None) -> "What":
        """Return a recording."""
        place = Place(recording.channel_id, recording.is_public)
        return replace(cls.started(recording.request, length), owner=recording.actor, place=place)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many recordings there are of the asker, and of the channel."""

    asker: int = 0
    channel: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """How many recordings run and were started within an hour, and how many more this is about."""

    at_once: Tally = Tally()
    an_hour: Tally = Tally()
    more: int = 1
