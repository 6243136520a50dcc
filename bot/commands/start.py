"""`/record 100 user001 hd`: start recordings."""

from collections.abc import Sequence

from bot.commands.choices import IDLE, NO_AUDIO, QUALITY, ROOM, RULE, SOURCE
from bot.commands.defaults import PRESET, Chosen, choose, said_origins
from bot.commands.subcommand import PICTURES, Asked, Placing, Subcommand
from bot.commands.times import AT, FOR, IN, UNTIL, Times, read_times, said_times, times_conflict
from bot.language.corrections import CommandError, Problem
from bot.language.parser import Command, Values, write
from bot.language.values import read_id, read_rtmp_url, seconds_of
from bot.language.vocabulary import Option, Vocabulary, words_for
from bot.messages.blocks import Audience, Line, Reply, joined, reply
from bot.messages.wording import common_settings, streams
from shared.orders import MAX_STREAMS, Start
from shared.rtc.models import PublishParam, RecordingRequest, RecordParam
from shared.team import Right

_ONE_PICTURE = "camera or screen: a recording has one picture, so send two commands"
_MAY_RECORD_NOTHING = (
    "RTC may record nothing: no recording rule is named. Name one with rule=ID, or ask an operator to set RecordRuleId."
)


def _address_like(text: str) -> str | None:
    value = read_rtmp_url(text)
    return value if isinstance(value, str) else None


USER = Option(
    name="user",
    form="USER[,USER...]",
    label="Users",
    help=f"one to {MAX_STREAMS} users' ids in RTC, with commas between; user=hd records a user with the id hd",
    form_help=f"One to {MAX_STREAMS} users' ids in RTC, with commas or on lines",
    example="100 user001,user002",
    aliases=("users", "user-id"),
    foreign=words_for({"user": "userid uid user-ids userids participant member"}),
    read=read_id,
    most=MAX_STREAMS,
    question="who in room {room}?",
    noun="person",
    literal=True,
)
PUSH = Option(
    name="push",
    form="[push=rtmp://...]",
    label="Push to",
    form_help="Push the stream to these addresses as well, one a line, up to ten, such as "
    "rtmp://live.example.com/app/key. They are secrets, and never shown again",
    help="push the stream there as well, up to ten times; the address is a secret and never shown again",
    example="100 user001 push=rtmp://live.example.com/app/key",
    aliases=("rtmp-urls",),
    foreign=words_for({"push": "publish rtmp-url rtmpurls rtmpurl"}),
    read=read_rtmp_url,
    recognise=_address_like,
    most=10,
    secret=True,
)
DRY_RUN = Option(
    name="dry-run",
    form="[dry-run]",
    label="Only try it",
    help="show what would be sent; nothing is sent",
    form_choices={"": "No, start it", "dry-run": "Yes, send nothing"},
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
    synonyms="capture film tape go launch run create new add open turn-on switch-on",
    positionals=(ROOM, USER),
    options=(QUALITY, SOURCE, NO_AUDIO, PRESET, RULE, IDLE, FOR, UNTIL, AT, IN, PUSH, DRY_RUN),
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


def _action(values: Values, times: Times) -> Start:
    fields: dict[str, object] = {"room_id": values[ROOM.name][0]}
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
    return Start(
        requests=tuple(requests),
        dry_run=DRY_RUN.name in values,
        start_at=times.start_at,
        end_at=times.end_at,
        max_duration=times.max_duration,
    )


def _run(values: Values, asked: Asked) -> Placing:
    context = asked.context
    chosen = choose(values, context)
    times = read_times(chosen.values, asked.now, asked.zone)
    problems = times.problems or _no_picture(chosen)
    if problems:
        # A push address is a secret, so a command with one is not written again.
        is_clear = times.dated and PUSH.name not in values
        command = Command(context.lexicon.default, {**values, **times.dated})
        corrected = write(command, context.lexicon) if is_clear else None
        raise CommandError(problems, corrected, nothing=WORDS.nothing)
    action = _action(chosen.values, times)
    origins = said_origins(chosen, context) if action.dry_run else []
    return Placing(action, lambda order_id: accepted(order_id, action, times.zone_name, origins))


def _no_picture(chosen: Chosen) -> tuple[Problem, ...]:
    """Return the problem of a start without sound for which nobody chose a picture.

    Of all else that doesn't go together, what is typed wins, or the parser has refused it.
    """
    if _conflict(chosen.values) is None:
        return ()
    where = chosen.origins[SOURCE.name]
    return (Problem(NO_AUDIO.name, (0, 0), f"{where} has no picture: type camera or screen too", NO_AUDIO.name),)


def accepted(order_id: str, action: Start, zone_name: str = "", origins: Sequence[Line] = ()) -> Reply:
    """Return what is said once the order is queued.

    `zone_name` is that of the times of day that were typed; `origins` says where the values come from that were not.
    """
    who = streams(action.requests)
    headline = f"⏳ Asking RTC to record {who}"
    if action.dry_run:
        headline = f"🔎 Trying {who} without sending anything"
    elif action.start_at is not None:
        headline = f"📅 Planning to record {who}"
    alike = common_settings(action.requests) or "settings differ"
    times = said_times(action, zone_name)
    warning = [[_MAY_RECORD_NOTHING]] if action.may_record_nothing else []
    lines = [joined(alike, f"order {order_id}"), *([times] if times else []), *origins, *warning]
    return reply(Audience.ASKER, [headline], *lines)


START = Subcommand(WORDS, _run, Right.START)
