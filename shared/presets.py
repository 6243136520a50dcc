"""What a start means where it says nothing else: the team's presets, and the defaults of a channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.team_values import Idle, Length, PresetName, RecordRule, RoomId, TeamPart


class Choices(TeamPart):
    """What a start can choose. What is typed wins."""

    quality: Literal["ld", "sd", "hd", "fhd"] | None = None
    """The size of the picture."""
    picture: Literal["camera", "screen", "none"] | None = None
    """Which picture; none for the sound alone."""
    sound: bool | None = None
    """Whether the sound is recorded."""
    idle: Idle | None = None
    """End the recording when nobody has been in the room for this time."""
    for_: Annotated[Length | None, Field(alias="for")] = None
    """End the recording after this time."""
    rule: RecordRule | None = None
    """The recording rule of the RTC app."""

    @model_validator(mode="after")
    def _records_something(self) -> Self:
        if self.picture == "none" and self.sound is False:
            raise ValueError("neither picture nor sound: nothing would be recorded")
        return self


class Preset(Choices):
    """A name for several choices of a start, as in /record 100 user001 lecture."""

    _says_nothing = "a preset chooses something"


class ChannelDefaults(Choices):
    """What a command in this channel means where it says nothing else. Its own choices win over its preset's."""

    _says_nothing = "name the channel's preset, room or another choice"

    preset: PresetName | None = None
    """The preset that the channel uses."""
    room: RoomId | None = None
    """The room that is meant in the channel."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a command means where it says nothing else: by the team's presets, and in its channel."""

    presets: Mapping[str, Preset]
    channel: ChannelDefaults | None = None


NO_DEFAULTS = Defaults({})
