"""The team's configuration: one document that says who may do what, and what a channel means by a command.

Every model refuses unknown names and empty values, so a typing mistake is an error and never a wider right.
shared/team_document.py reads the document; functions/ledger/configurations.py stores it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.presets import ChannelDefaults, Defaults, Preset
from shared.strict_json import shown_name
from shared.team_values import CallerName, ChannelId, Length, PresetName, RecordRule, Room, TeamPart, Who

MOST_AT_ONCE = 50
"""The most recordings that a rule can let run at once, or start in an hour: each is counted from a short list."""

MOST_PRESETS = 50
"""The most presets: each word that is typed is compared with their names."""

type _Many = Annotated[int, Field(ge=1, le=MOST_AT_ONCE, strict=True)]


class Right(StrEnum):
    """What a rule can allow."""

    START = "start"
    STOP_OWN = "stop own"
    """Stop what one started oneself."""
    STOP_ANY = "stop any"
    LIST = "list"
    EXTEND = "extend"
    """Let a recording end later, or a planned one begin at another time."""
    SEE_FILES = "see files"


class Reach(StrEnum):
    """From where a rule applies to a recording of another channel. What one started oneself is always in reach."""

    HERE = "here"
    """Only in the channel that the recording was asked for in."""
    PUBLIC = "public"
    """From any channel too, but not what was asked for in a private channel or a direct message."""
    ALL = "all"
    """From any channel, whatever the recording's channel is."""


class Counts(TeamPart):
    """How many recordings: each is counted by itself."""

    _says_nothing = "it counts nothing: name person, channel or caller"

    person: _Many | None = None
    """Of one person."""
    channel: _Many | None = None
    """Of one channel, by all who ask there."""
    caller: _Many | None = None
    """Of one caller of the webhook."""


class Notice(TeamPart):
    """The notice of a recording: the message in the channel. A rule may demand more of it."""

    _says_nothing = "it demands nothing: name before_start or public_channel_only"

    before_start: bool = False
    """Whether the message must be posted before the recording starts: without it nothing is started."""
    wording: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """What the message says besides who is recorded, as plain text. It needs before_start."""
    public_channel_only: bool = False
    """Whether it holds only in public channels."""

    @model_validator(mode="after")
    def _wording_is_posted(self) -> Self:
        if self.wording is not None and not self.before_start:
            raise ValueError("wording needs before_start: true")
        return self


class Rule(TeamPart):
    """Allows something. No rule forbids: what no rule allows, only operators may do."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    """What people read when it says no, and the log when it says yes."""
    who: Annotated[tuple[Who, ...], Field(min_length=1)]
    """User ids (U...), user groups (S...), callers (caller:NAME), everyone (but guests), guests.

    People of other organisations are guests.
    """
    may: Annotated[tuple[Right, ...], Field(min_length=1)]
    """What they may do."""
    where: tuple[ChannelId, ...] | None = None
    """The channels that it applies to; without it, all."""
    reach: Reach = Reach.HERE
    """From where it applies to what runs in another channel."""
    rooms: tuple[Room, ...] | None = None
    """The rooms that it applies to, as in "100" or "lab-*"; without it, all."""
    record_rules: tuple[RecordRule, ...] | None = None
    """The recording rules that a start may name; without it, any or none."""
    longest: Length | None = None
    """How long a recording lasts at most, with all that it is extended by."""
    at_once: Counts | None = None
    """How many recordings run at once at most."""
    an_hour: Counts | None = None
    """How many recordings are started in an hour at most."""
    notice: Notice | None = None
    """The notice that people must get, and in which channels."""


class Caller(TeamPart):
    """What a caller of the webhook may do: start and stop, with these limits. Its keys are in the webhook's secret."""

    rooms: tuple[Room, ...] | None = None
    """The rooms that it may use; without it, all."""
    channels: tuple[ChannelId, ...] | None = None
    """The channels that it may have its answers posted to; without it, all."""

    def rule(self, name: str) -> Rule:
        """Return the rule that this is short for."""
        limits = {"where": self.channels, "rooms": self.rooms}
        fields: dict[str, Any] = {
            "name": f"callers.{name}",
            "who": (f"caller:{name}",),
            "may": (Right.START, Right.STOP_ANY),
            "reach": Reach.ALL,
            **{field: limit for field, limit in limits.items() if limit is not None},
        }
        return Rule(**fields)


SHIPPED_RULES = (
    Rule(
        name="a channel's people start there",
        who=("everyone",),
        may=(Right.START, Right.EXTEND, Right.SEE_FILES),
    ),
    Rule(
        name="a channel's people stop what runs there",
        who=("everyone", "guests"),
        may=(Right.STOP_OWN, Right.STOP_ANY, Right.LIST),
    ),
    Rule(
        name="everyone sees what runs in public channels",
        who=("everyone",),
        may=(Right.LIST,),
        reach=Reach.PUBLIC,
    ),
)
"""The rules of a team that has written none."""


def _entries_have_values(content: object) -> object:
    if isinstance(content, dict):
        empty = [shown_name(name) for name, value in content.items() if value is None]
        if empty:
            raise ValueError(f"{empty[0]} has no value: write {{}} or what is meant")
    return content


type _Named[Key, Value] = Annotated[dict[Key, Value], BeforeValidator(_entries_have_values)]


class Team(TeamPart):
    """The team's configuration. Rules only allow, so taking one away never lets anybody do more."""

    _says_nothing = "it says nothing. Write `rules: []` if nobody but operators may do anything"

    rules: tuple[Rule, ...] = SHIPPED_RULES
    """Who may do what. Without it the default rules apply. [] lets only operators and the callers below do anything."""
    operators: tuple[Who, ...] = ()
    """Who may do everything, everywhere."""
    callers: _Named[CallerName, Caller] = Field(default_factory=dict)
    """The callers of the webhook. {} behind a name lets it use all rooms and channels."""
    presets: Annotated[
        dict[PresetName, Preset], Field(max_length=MOST_PRESETS), BeforeValidator(_entries_have_values)
    ] = Field(default_factory=dict)
    """Names for several choices of a start."""
    channels: _Named[ChannelId, ChannelDefaults] = Field(default_factory=dict)
    """What a command means in a channel."""

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        names = [rule.name for rule in self.rules]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two rules have the name {twice!r}")
        wide = next((who for who in self.operators if who in {"everyone", "guests"}), None)
        if wide is not None:
            raise ValueError(f"operators: {wide} can't be operators: name people, groups or callers")
        for channel, defaults in self.channels.items():
            if defaults.preset is not None and defaults.preset not in self.presets:
                raise ValueError(f"channels.{channel}: there is no preset {defaults.preset!r}")
            preset = None if defaults.preset is None else self.presets[defaults.preset]
            if defaults.sound is False and defaults.picture is None and preset is not None and preset.picture == "none":
                raise ValueError(f"channels.{channel}: no sound, and preset {defaults.preset!r} has no picture")
        return self

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """Return the rules, and those that the callers' entries are short for."""
        return (*self.rules, *(caller.rule(name) for name, caller in self.callers.items()))

    def defaults_in(self, channel_id: str) -> Defaults:
        """Return what a command in this channel means where it says nothing else."""
        return Defaults(self.presets, self.channels.get(channel_id))

    @property
    def counts(self) -> bool:
        """Return whether a rule counts recordings."""
        return any(rule.at_once or rule.an_hour for rule in self.rules)

    @property
    def known_callers(self) -> frozenset[str]:
        """Return the callers that the document names."""
        named = {who for rule in self.rules for who in rule.who} | {*self.operators}
        return frozenset(self.callers) | {who.removeprefix("caller:") for who in named if who.startswith("caller:")}

    def as_json(self) -> str:
        """Return the document with what was written in it, and nothing else."""
        return self.model_dump_json(by_alias=True, exclude_unset=True)


SHIPPED = Team(rules=SHIPPED_RULES)
"""The configuration of a team that has written none."""
STRICT = Team(rules=())
"""What holds while no configuration can be read: nobody may do anything."""


class Trouble(StrEnum):
    """Why the configuration that is stored isn't the one that holds."""

    BROKEN = "broken"
    """What is stored is no such document, or it is gone."""
    AWAY = "away"
    """It can't be read now."""
    DENIED = "denied"
    """It can't be read because of a mistake of ours, such as a missing permission."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The configuration that holds now. With a trouble it is the last good one, or STRICT if there is none."""

    team: Team
    number: int = 0
    """Its version's number; 0 for a team that has written none, and for STRICT."""
    trouble: Trouble | None = None

    @property
    def is_unreadable(self) -> bool:
        """Return whether nothing is known of what the team wants."""
        return self.trouble is not None and self.team is STRICT
