"""What a start, a preset and a channel's defaults can choose: room, picture, sound, rule and idle time."""

import re
from collections.abc import Mapping, Sequence
from typing import get_args

from bot.commands.subcommand import API_PICTURES, PICTURES
from bot.language.values import Wrong, is_id, read_id, read_rule, seconds_of, write_time
from bot.language.vocabulary import Option, words_for
from bot.messages.wording import span
from shared.rtc.models import MAX_IDLE_TIME_DEFAULT, MAX_IDLE_TIME_MAX, MAX_IDLE_TIME_MIN, SelectStreamType

_BOUNDS = f"{write_time(MAX_IDLE_TIME_MIN)} to {write_time(MAX_IDLE_TIME_MAX)}"
_ENDLESS = frozenset(("0", "off", "no", "never", "none", "max", "forever"))
_QUALITIES = tuple(quality.lower() for quality in get_args(SelectStreamType.__value__))
_HEIGHTS = {"ld": 90, "sd": 180, "hd": 360}
_SIZES = {"ld": "160x90", "sd": "320x180", "hd": "640x360", "fhd": "1280x720"}
_SIZE = re.compile(
    r"(?:(\d{2,4})x)?(\d{2,4}) ?[pi](?:\d{2,3})?|(\d{2,4}) ?[x*] ?(\d{2,4})|(240|360|480|720|1080|1440|2160)", re.ASCII
)
_SOURCES = (*PICTURES, "audio", "audio-only")


def _quality_of(size: str) -> str | None:
    """Return the smallest quality with at least this size, as other tools write it: `720p`, `640x360`, `360x640`."""
    found = _SIZE.fullmatch(size)
    if found is None:
        return None
    height = min(map(int, filter(None, found.groups())))
    return next((quality for quality, most in _HEIGHTS.items() if height <= most), "fhd")


def _read_idle(text: str) -> str | Wrong:
    if text.casefold() in _ENDLESS:
        return Wrong(f"{_BOUNDS}; a recording that never ends isn't possible")
    seconds = seconds_of(text)
    if seconds is None:
        return Wrong(f"a time from {_BOUNDS}, such as 30s, 10m or 1h")
    within = min(max(seconds, MAX_IDLE_TIME_MIN), MAX_IDLE_TIME_MAX)
    return write_time(seconds) if seconds == within else Wrong(_BOUNDS, write_time(within))


def _idle_like(text: str) -> str | None:
    value = None if text.isdecimal() else _read_idle(text)
    return value if isinstance(value, str) else None


ROOM = Option(
    name="room",
    form="[room] ROOM",
    help="the room's id in RTC; the word is needed before a room of letters only, or one with a command's name",
    form_help="The room's id in RTC",
    example="room lobby user001",
    aliases=("room-id", "room-no", "room-number", "room-nr"),
    foreign=words_for({"room": "roomid rooms"}),
    read=read_id,
    recognise=lambda text: text if is_id(text) and (text.isdecimal() or seconds_of(text) is None) else None,
    question="which room?",
    noun="room",
    literal=True,
)
QUALITY = Option(
    name="quality",
    form="[ld|sd|hd|fhd]",
    help=f"the size of the picture: {', '.join(f'{it} {size}' for it, size in _SIZES.items())}, which is the default",
    form_help="The size of the picture; RTC's default is 1280x720",
    form_choices={it: f"{it.upper()}, {size}" for it, size in _SIZES.items()},
    example="100 user001 hd",
    aliases=("select-stream-type",),
    choices={quality: quality for quality in _QUALITIES},
    foreign=words_for(
        {
            "fhd": "full-hd fullhd 2k 4k 8k uhd best best-quality highest-quality max-quality",
            "ld": "lowest-quality min-quality",
            "quality": "resolution size",
        }
    ),
    recognise=_quality_of,
)
SOURCE = Option(
    name="source",
    form="[camera|screen|audio]",
    label="Picture",
    help="which picture, by default camera; audio records only the sound",
    form_help="What is recorded of a user; RTC's default is the camera",
    form_choices={"camera": "Camera", "screen": "Screen", "audio-only": "No picture, only the sound"},
    example="100 user001 screen",
    aliases=("video-type",),
    most=len(_SOURCES),
    choices={source: source for source in _SOURCES} | API_PICTURES,
    foreign=words_for(
        {
            "camera": "video cam webcam camera-only only-camera video=true",
            "screen": "desktop display slides screenshare screen-share screen-sharing share-screen shared-screen "
            "screen-only only-screen",
            "audio": "sound voice mic",
            "audio-only": "only-audio just-audio sound-only only-sound audio=only no-video novideo without-video "
            "no-picture without-picture video=false camera=false",
        }
    ),
)
NO_AUDIO = Option(
    name="no-audio",
    form="[no-audio]",
    label="Sound",
    help="record the picture without sound",
    form_help="Whether the sound is recorded; RTC's default is with sound",
    form_choices={"with-audio": "With sound", "no-audio": "Without sound"},
    example="100 user001 no-audio",
    choices=words_for(
        {
            "no-audio": "no-audio noaudio is-record-audio=false isrecordaudio=false",
            "with-audio": "with-audio is-record-audio=true isrecordaudio=true audio=true no-audio=false",
        }
    ),
    foreign=words_for(
        {
            "no-audio": "mute muted silent video-only only-video audio=false sound=false mic=false no-sound no-mic "
            "without-sound without-audio without-mic",
            "with-audio": "with-sound sound=true mic=true unmuted unmute",
        }
    ),
)
RULE = Option(
    name="rule",
    form="[rule=ID]",
    label="Recording rule",
    help="the recording rule of the RTC app to use",
    example="100 user001 rule=5f5e172b9016ed5b0961a43",
    aliases=("record-rule-id",),
    foreign=words_for({"rule": "rule-id record-rule recording-rule recordruleid"}),
    read=read_rule,
)
IDLE = Option(
    name="idle",
    form="[idle=30s|10m|1h|N]",
    label="Idle time",
    help=f"end the recording when nobody has been in the room for this time, from {_BOUNDS} (N is seconds); "
    "it continues while anybody else is in the room; by default 5 min in Slack, which is a setting, and "
    f"{span(MAX_IDLE_TIME_DEFAULT)} by webhook",
    form_help="End the recording when nobody has been in the room for this time, such as 30s, 10m or 1h; "
    f"from {_BOUNDS}. It continues while anybody else is in the room",
    example="100 user001 idle=10m",
    aliases=("max-idle-time", "idle-for", "idle-after", "idle-of"),
    foreign=words_for({"idle": "max-idle idle-time idle-timeout timeout"}),
    read=_read_idle,
    recognise=_idle_like,
)


def one_word_each(values: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Return the values with one word for each meaning.

    `audio` alone is `audio-only`. With a picture it is `with-audio`.
    """
    sources = values.get(SOURCE.name, ())
    if "audio" not in sources:
        return values
    pictures = [source for source in sources if source in PICTURES]
    sound = {NO_AUDIO.name: ["with-audio"]} if pictures else {}
    return {**values, SOURCE.name: pictures or ["audio-only"], **sound}
