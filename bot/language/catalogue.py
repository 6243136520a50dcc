"""The commands: the one place where a command or an option is added.

Parsing, help, the usage hint and docs/commands.md all come from these tables; bot/language/lexicon.py looks words
up in them.
An entry says the words that name it, the foreign words people type instead, the form of its value, and which fields of
a RecordingRequest it sets.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.language.values import (
    LONGEST_IDLE,
    SHORTEST_IDLE,
    TIME_UNITS,
    ReadValue,
    read_id,
    read_rtmp_url,
    read_rule,
    read_time,
    seconds_of,
    write_time,
)
from shared.rtc.models import PublishParam, RecordingRequest, RecordParam, VideoType


@dataclass(frozen=True, slots=True)
class Verb:
    """A word that begins a command, and what the command does."""

    name: str
    form: str
    help: str
    example: str
    """What to type behind the command's name."""
    aliases: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """Something `start` can be told. It is a choice if it has `words`, has a value if it has `read`, else is a flag.

    `fields` gives what canonical values set in a RecordingRequest; `said` gives the values that say a request.
    """

    name: str
    form: str
    help: str
    example: str
    fields: Callable[[Sequence[str]], dict[str, object]]
    said: Callable[[RecordingRequest], Sequence[str]]
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    read: ReadValue | None = None
    foreign: Mapping[str, str] = field(default_factory=dict)
    """Words of other tools and what we say for them: one of `words`, or the option's name."""
    most: int = 1
    """How many values it can have: as many as recordbot takes at once."""
    units: frozenset[str] = frozenset()
    """Words that may stand apart behind a number: `idle 10 min`."""
    literal: bool = False
    """Its value may be a word of this catalogue: a room can be called `hd`."""
    secret: bool = False
    """Its values are never repeated."""

    @property
    def is_flag(self) -> bool:
        """Whether the option's name says it all."""
        return not self.words and self.read is None

    def written(self, value: str) -> str:
        """The option with this canonical value, as one word to type."""
        return value if self.words else f"{self.name}={value}" if self.read else self.name


_VIDEO: Mapping[str, VideoType | None] = {"camera": "CAMERASTREAM", "screen": "SCREENSTREAM", "audio": None}

START = Verb(
    name="start",
    form="[start]",
    help="start recording one to ten users of a room; the word itself may be left out",
    example="100 user001 hd",
    foreign=("record", "begin", "rec"),
)
HELP = Verb(
    name="help",
    form="help [word]",
    help="explain the commands, or one word of them",
    example="help idle",
    aliases=("?", "-h"),
)
VERBS = (START, HELP)

ROOM = Option(
    name="room",
    form="[room] ROOM",
    help="the room's id in RTC; the word is needed only before a room named like a word of these",
    example="room hd user001",
    fields=lambda values: {"room_id": values[0]},
    said=lambda request: [request.room_id],
    read=read_id,
    literal=True,
    foreign=dict.fromkeys(("room-id", "roomid"), "room"),
)
USER = Option(
    name="user",
    form="USER[,USER...]",
    help="one to ten users' ids in RTC, with commas between; user=hd records somebody who is called hd",
    example="100 user001,user002",
    fields=lambda values: {"user_id": values[0]},
    said=lambda request: [request.user_id],
    aliases=("users",),
    read=read_id,
    most=10,
    literal=True,
    foreign=dict.fromkeys(("user-id", "userid", "uid"), "user"),
)
QUALITY = Option(
    name="quality",
    form="[ld|sd|hd|fhd]",
    help="the size of the picture, fhd if you don't say",
    example="100 user001 hd",
    fields=lambda values: {"select_stream_type": values[0].upper()},
    said=lambda request: [request.select_stream_type.lower()],
    words=("ld", "sd", "hd", "fhd"),
    foreign={
        **dict.fromkeys(("180p", "240p", "360p"), "ld"),
        **dict.fromkeys(("480p", "540p"), "sd"),
        **dict.fromkeys(("720p", "720i"), "hd"),
        **dict.fromkeys(("1080p", "1080i", "full-hd", "fullhd", "1440p", "2k", "2160p", "4k", "uhd"), "fhd"),
        **dict.fromkeys(("select-stream-type", "resolution"), "quality"),
    },
)
SOURCE = Option(
    name="source",
    form="[camera|screen|audio]",
    help="which picture, camera if you don't say; audio records sound alone",
    example="100 user001 screen",
    fields=lambda values: {"video_type": _VIDEO[values[0]]},
    said=lambda request: [word for word, video_type in _VIDEO.items() if video_type == request.video_type],
    words=tuple(_VIDEO),
    foreign={
        **dict.fromkeys(("video", "cam", "webcam", "camerastream"), "camera"),
        **dict.fromkeys(("desktop", "display", "slides", "screenshare", "screenstream"), "screen"),
        **dict.fromkeys(("sound", "voice", "mic", "audio-only", "only-audio", "no-video", "novideo"), "audio"),
        **dict.fromkeys(("video=off", "video=no", "video=false", "video=none", "camera=off"), "audio"),
        "video-type": "source",
    },
)
NO_AUDIO = Option(
    name="no-audio",
    form="[no-audio]",
    help="record the picture without sound",
    example="100 user001 no-audio",
    fields=lambda _: {"is_record_audio": False},
    said=lambda request: [] if request.is_record_audio else [""],
    aliases=("noaudio",),
    foreign=dict.fromkeys(
        ("mute", "muted", "no-sound", "video-only", "audio=off", "audio=no", "audio=false", "audio=none"),
        "no-audio",
    ),
)
RULE = Option(
    name="rule",
    form="[rule=ID]",
    help="the recording rule of the RTC app that applies",
    example="100 user001 rule=5f5e172b9016ed5b0961a43",
    fields=lambda values: {"record_param": RecordParam(record_rule_id=values[0])},
    said=lambda request: [request.record_param.record_rule_id] if request.record_param else [],
    read=read_rule,
    foreign=dict.fromkeys(("rule-id", "record-rule-id", "record-rule"), "rule"),
)
PUSH = Option(
    name="push",
    form="[push=rtmp://...]",
    help="push the stream there as well, up to ten times; the address is a secret and never shown again",
    example="100 user001 push=rtmp://live.example.com/app/key",
    fields=lambda values: {"publish_param": PublishParam(rtmp_urls=list(values))},
    said=lambda request: request.publish_param.rtmp_urls if request.publish_param else [],
    read=read_rtmp_url,
    most=10,
    secret=True,
    foreign=dict.fromkeys(("publish", "rtmp-url", "rtmp-urls"), "push"),
)
IDLE = Option(
    name="idle",
    form="[idle=30s|10m|1h|N]",
    help=f"end the recording when nothing has come for so long, from {SHORTEST_IDLE} to {LONGEST_IDLE} (N is seconds)",
    example="100 user001 idle=10m",
    fields=lambda values: {"max_idle_time": seconds_of(values[0])},
    said=lambda request: [write_time(request.max_idle_time)],
    read=read_time,
    units=frozenset(TIME_UNITS),
    foreign=dict.fromkeys(("max-idle-time", "max-idle", "idle-time", "timeout"), "idle"),
)
DRY_RUN = Option(
    name="dry-run",
    form="[dry-run]",
    help="show what would be sent; nothing is sent",
    example="100 user001 dry-run",
    fields=lambda _: {},
    said=lambda _: [],
    aliases=("dryrun",),
    foreign=dict.fromkeys(("dry", "simulate"), "dry-run"),
)
OPTIONS = (ROOM, USER, QUALITY, SOURCE, NO_AUDIO, RULE, PUSH, IDLE, DRY_RUN)
"""In the order of the canonical text. IDLE comes after the values that a full stop at the end would become part of."""

NOT_OURS: Mapping[str, str] = {
    **dict.fromkeys(
        ("stop", "end", "pause", "status", "list", "show", "cancel", "delete"), "recordings are only started"
    ),
    **dict.fromkeys(("all", "everyone", "everybody"), "name each user, up to ten: user001,user002"),
}
"""Words people try for which we have no other word, and what to say."""

FILLERS = frozenset({"and", "in", "of", "for", "with", "the", "please", "to", "at"})
"""Words of a sentence that say nothing in a command."""
