"""`/record 100 user001 hd`: start recordings."""

import re
from typing import get_args

from bot.commands.subcommand import API_PICTURES, PICTURES, Asked, Context, Placing, Subcommand
from bot.commands.times import AT, FOR, IN, UNTIL, Times, read_times, said_times, times_conflict
from bot.language.corrections import CommandError
from bot.language.lexicon import Option, Vocabulary, words_for
from bot.language.parser import Command, Values, write
from bot.language.values import Wrong, is_id, read_id, read_rtmp_url, read_rule, seconds_of, write_time
from bot.messages import replies
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
from shared.team import Right

_BOUNDS = f"{write_time(MAX_IDLE_TIME_MIN)} to {write_time(MAX_IDLE_TIME_MAX)}"
_ENDLESS = frozenset(("0", "off", "no", "never", "none", "max", "forever"))
_QUALITIES = tuple(quality.lower() for quality in get_args(SelectStreamType.__value__))
_HEIGHTS = {"ld": 90, "sd": 180, "hd": 360}
_SIZE = re.compile(
    r"(?:(\d{2,4})x)?(\d{2,4}) ?[pi](?:\d{2,3})?|(\d{2,4}) ?[x*] ?(\d{2,4})|(240|360|480|720|1080|1440|2160)", re.ASCII
)
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


ROOM = Option(
    name="room",
    form="[room] ROOM",
    help="the room's id in RTC; the word is needed before a room of letters only, or one called like a command",
    example="room lobby user001",
    aliases=("room-id", "room-no", "room-number", "room-nr"),
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


def _conflict(values: Values) -> str | None:
    """Return what is wrong with values that don't go together, or None. `camera` and `audio` do."""
    said = {*values.get(SOURCE.name, ()), *values.get(NO_AUDIO.name, ())}
    if said >= PICTURES.keys():
        return _ONE_PICTURE
    if "audio-only" in said and said & PICTURES.keys():
        return "audio-only or a picture, not both"
    if NO_AUDIO.name in said and said & {"audio", "audio-only"}:
        return "audio or no-audio, not both"
    return times_conflict(values)


WORDS = Vocabulary(
    name="start",
    nothing="Nothing started",
    example="100 user001 hd",
    help="start recording a user of a room, or up to ten",
    aliases=("record", "begin", "rec"),
    positionals=(ROOM, USER),
    options=(QUALITY, SOURCE, NO_AUDIO, RULE, IDLE, FOR, UNTIL, AT, IN, PUSH, DRY_RUN),
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


def _action(values: Values, context: Context, times: Times) -> Start:
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
    start = Start(
        requests=tuple(requests),
        dry_run=DRY_RUN.name in values,
        start_at=times.start_at,
        end_at=times.end_at,
        max_duration=times.max_duration,
    )
    return start.with_rule(context.record_rule_id)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    times = read_times(values, asked.now, asked.zone)
    if times.problems:
        # A push address is a secret, so a command with one is not written again.
        is_clear = times.dated and PUSH.name not in values
        command = Command(WORDS, {**values, **times.dated})
        corrected = write(command, asked.context.lexicon) if is_clear else None
        return replies.not_understood(
            CommandError(times.problems, corrected, nothing=WORDS.nothing), asked.context.command
        )
    action = _action(values, asked.context, times)
    return Placing(action, lambda order_id: accepted(order_id, action, times.zone_name))


def accepted(order_id: str, action: Start, zone_name: str = "") -> Reply:
    """Return what is said once the order is queued. `zone_name` is that of the times of day that were typed."""
    who = streams(action.requests)
    headline = f"⏳ Asking RTC to record {who}"
    if action.dry_run:
        headline = f"🔎 Trying {who} without sending anything"
    elif action.start_at is not None:
        headline = f"📅 Planning to record {who}"
    alike = common_settings(action.requests) or "settings differ"
    times = said_times(action, zone_name)
    warning = [[_MAY_RECORD_NOTHING]] if action.may_record_nothing else []
    lines = [joined(alike, f"order {order_id}"), *([times] if times else []), *warning]
    return reply(Audience.ASKER, [headline], *lines)


START = Subcommand(WORDS, _run, Right.START)
