"""`/record 100 user001 hd`: start recordings."""

import re
from typing import get_args

from bot.commands.subcommand import API_PICTURES, PICTURES, Asked, Context, Placing, Subcommand
from bot.language.lexicon import Option, Vocabulary, words_for
from bot.language.parser import Values
from bot.language.values import CLOCK, Wrong, is_id, read_id, read_rtmp_url, read_rule, seconds_of, write_time
from bot.messages.blocks import Audience, Reply, joined, reply
from bot.messages.wording import common_settings, span, streams
from shared.orders import MAX_STREAMS, Start
from shared.rtc.models import (
    MAX_IDLE_TIME_DEFAULT,
    MAX_IDLE_TIME_MAX,
    MAX_IDLE_TIME_MIN,
    PublishParam,
    RecordingRequest,
    RecordParam,
    SelectStreamType,
)

_BOUNDS = f"{write_time(MAX_IDLE_TIME_MIN)} to {write_time(MAX_IDLE_TIME_MAX)}"
_ENDLESS = frozenset(("0", "off", "no", "never", "none", "max", "forever"))
_QUALITIES = tuple(quality.lower() for quality in get_args(SelectStreamType.__value__))
_HEIGHTS = {"ld": 90, "sd": 180, "hd": 360}
_SIZE = re.compile(
    r"(?:(\d{2,4})x)?(\d{2,4}) ?[pi](?:\d{2,3})?|(\d{2,4}) ?[x*] ?(\d{2,4})|(240|360|480|720|1080|1440|2160)", re.ASCII
)
_CLOCK = re.compile(CLOCK, re.IGNORECASE)
_SOURCES = (*PICTURES, "audio", "audio-only")
_ONE_PICTURE = "camera or screen: a recording has one picture, so send two commands"
_MAY_RECORD_NOTHING = (
    "RTC may record nothing: no recording rule is named. Name one with rule=ID, or ask an operator to set RecordRuleId."
)


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


def _address_like(text: str) -> str | None:
    value = read_rtmp_url(text)
    return value if isinstance(value, str) else None


def _limit_like(text: str) -> str | None:
    is_time = _CLOCK.fullmatch(text) or (not text.isdecimal() and seconds_of(text) is not None)
    return text if is_time else None


ROOM = Option(
    name="room",
    form="[room] ROOM",
    help="the room's id in RTC; the word is needed before a room of letters only, or one called like a command",
    example="room lobby user001",
    aliases=("room-id", "room-no", "room-number", "room-nr", "in"),
    foreign=words_for({"room": "roomid rooms"}),
    read=read_id,
    recognise=lambda text: text if is_id(text) and (text.isdecimal() or seconds_of(text) is None) else None,
    question="which room?",
    noun="room",
    literal=True,
)
USER = Option(
    name="user",
    form="USER[,USER...]",
    help=f"one to {MAX_STREAMS} users' ids in RTC, with commas between; user=hd records somebody who is called hd",
    example="100 user001,user002",
    aliases=("users", "user-id"),
    foreign=words_for({"user": "userid uid user-ids userids participant member"}),
    read=read_id,
    most=MAX_STREAMS,
    question="who in room {room}?",
    noun="person",
    literal=True,
)
QUALITY = Option(
    name="quality",
    form="[ld|sd|hd|fhd]",
    help="the size of the picture: ld 160x90, sd 320x180, hd 640x360, fhd 1280x720, which is the default",
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
    help="which picture, by default camera; audio records only the sound",
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
    help="record the picture without sound",
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
    help="the recording rule of the RTC app that applies",
    example="100 user001 rule=5f5e172b9016ed5b0961a43",
    aliases=("record-rule-id",),
    foreign=words_for({"rule": "rule-id record-rule recording-rule recordruleid"}),
    read=read_rule,
)
PUSH = Option(
    name="push",
    form="[push=rtmp://...]",
    help="push the stream there as well, up to ten times; the address is a secret and never shown again",
    example="100 user001 push=rtmp://live.example.com/app/key",
    aliases=("rtmp-urls",),
    foreign=words_for({"push": "publish rtmp-url rtmpurls rtmpurl"}),
    read=read_rtmp_url,
    recognise=_address_like,
    most=10,
    secret=True,
)
IDLE = Option(
    name="idle",
    form="[idle=30s|10m|1h|N]",
    help=f"end the recording when nobody has been in the room for this time, from {_BOUNDS} (N is seconds); "
    "it goes on while others than the user are there; by default 5 min in Slack, which is a setting, and "
    f"{span(MAX_IDLE_TIME_DEFAULT)} by webhook",
    example="100 user001 idle=10m",
    aliases=("max-idle-time", "idle-for", "idle-after", "idle-of"),
    foreign=words_for({"idle": "max-idle idle-time idle-timeout timeout"}),
    read=_read_idle,
    recognise=_idle_like,
)
DRY_RUN = Option(
    name="dry-run",
    form="[dry-run]",
    help="show what would be sent; nothing is sent",
    example="100 user001 dry-run",
    choices=words_for({"dry-run": "dry-run dryrun"}),
    foreign=words_for({"dry-run": "dry simulate test-run preview"}),
)
TIME_LIMIT = Option(
    name="for",
    form="",
    help="",
    example="",
    aliases=("until", "till", "at", "duration"),
    read=lambda _: Wrong("recordings have no time limit yet: stop ends one, or the room's idle time (help idle)"),
    recognise=_limit_like,
)
"""What people ask for and can't have. It is here so that its time isn't read as another option."""


def _conflict(values: Values) -> str | None:
    """Return what is wrong with values that don't go together, or None. `camera` and `audio` do."""
    said = {*values.get(SOURCE.name, ()), *values.get(NO_AUDIO.name, ())}
    if said >= PICTURES.keys():
        return _ONE_PICTURE
    if "audio-only" in said and said & PICTURES.keys():
        return "audio-only or a picture, not both"
    return "audio or no-audio, not both" if NO_AUDIO.name in said and said & {"audio", "audio-only"} else None


WORDS = Vocabulary(
    name="start",
    nothing="Nothing started",
    example="100 user001 hd",
    help="start recording a user of a room, or up to ten",
    aliases=("record", "begin", "rec"),
    positionals=(ROOM, USER),
    options=(QUALITY, SOURCE, NO_AUDIO, RULE, IDLE, PUSH, DRY_RUN, TIME_LIMIT),
    refused=words_for(
        {
            f"name each user, up to {MAX_STREAMS}: user001,user002": "all everyone everybody",
            "say what to record: camera, screen, audio or no-audio": "no-camera no-screen",
            "say what you want instead, or leave it out": "no not without except",
            "say what to do instead; stop ROOM USER ends a recording": "don-t dont do-not never",
            _ONE_PICTURE: "both",
        }
    ),
    conflict=_conflict,
)


def _action(values: Values, context: Context) -> Start:
    fields: dict[str, object] = {"room_id": values[ROOM.name][0], "max_idle_time": context.idle_default}
    for name, (first, *_) in values.items():
        match name:
            case QUALITY.name:
                fields["select_stream_type"] = first.upper()
            case SOURCE.name:
                fields["video_type"] = next((PICTURES[word] for word in values[name] if word in PICTURES), None)
            case NO_AUDIO.name:
                fields["is_record_audio"] = first != NO_AUDIO.name
            case RULE.name:
                fields["record_param"] = RecordParam(record_rule_id=first)
            case PUSH.name:
                fields["publish_param"] = PublishParam(rtmp_urls=list(values[name]))
            case IDLE.name:
                fields["max_idle_time"] = seconds_of(first)
    requests = [RecordingRequest.model_validate({**fields, "user_id": user}) for user in values[USER.name]]
    return Start(requests=tuple(requests), dry_run=DRY_RUN.name in values).with_rule(context.record_rule_id)


def _run(values: Values, asked: Asked) -> Placing:
    action = _action(values, asked.context)
    return Placing(action, lambda order_id: accepted(order_id, action))


def accepted(order_id: str, action: Start) -> Reply:
    """Return what is said once the order is queued."""
    who = streams(action.requests)
    headline = f"🔎 Trying {who} without sending anything" if action.dry_run else f"⏳ Asking RTC to record {who}"
    alike = common_settings(action.requests) or "settings differ"
    warning = [[_MAY_RECORD_NOTHING]] if action.may_record_nothing else []
    return reply(Audience.ASKER, [headline], joined(alike, f"order {order_id}"), *warning)


START = Subcommand(WORDS, _run)
