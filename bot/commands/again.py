"""`/record again [JOB | ROOM [USER]]`: start again what was recorded, or what may not have started."""

from datetime import timedelta

from bot.commands.choices import NO_AUDIO
from bot.commands.confirmation import YES, asked_first
from bot.commands.defaults import choose
from bot.commands.start import START, accepted
from bot.commands.subcommand import PICTURES, Asked, Placing, Subcommand
from bot.commands.target import JOB, ROOM, SOURCE, TARGET, USER, Found, conflict, find_or_last, last_here, target_of
from bot.language.parser import Command, Values, write
from bot.language.values import write_time
from bot.language.vocabulary import Vocabulary, words_for
from bot.messages.blocks import Audience, Line, Reply, code, reply
from bot.messages.listing import count_of, listing
from shared.orders import MAX_STREAMS, Start
from shared.recordings import Recording, RecordingState
from shared.rtc.models import RecordingRequest
from shared.team import Right

WORDS = Vocabulary(
    name="again",
    nothing="Nothing started",
    example="again 100 user001",
    help="start again what you asked for last here, or a job",
    aliases=("repeat", "restart", "retry", "redo"),
    synonyms="resume unpause",
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE, YES),
    refused=words_for({"it is started as it was; to change that, type the start": "ld sd hd fhd idle for until at"}),
    conflict=conflict,
)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    target = target_of(values)
    found = find_or_last(target, asked) if target.is_named else last_here(asked)
    return again_found(found, asked, is_sure=YES.name in values)


def again_found(found: Found, asked: Asked, *, is_sure: bool) -> Reply | Placing:
    """Start again what is over, and what may not have started. Somebody else's unknown one is asked about first."""
    known = found.recordings
    recordings = [it for it in known if it.is_over or it.state is RecordingState.UNKNOWN]
    if not known:
        how: Line = ["Type the start: ", code(f"{asked.context.command} {START.words.example}")]
        return reply(Audience.ASKER, [f"Nothing to start again: {found.what}"], how)
    if not recordings:
        return listing(f"Nothing started: {found.what} isn't over", known, asked.now)
    if len(recordings) > MAX_STREAMS:
        return listing(f"Nothing started: {found.what}, {count_of(recordings)}", recordings, asked.now)
    pushed = [it.request for it in recordings if it.request.publish_param is not None]
    if pushed:
        return _push_addresses_are_needed(pushed, asked)
    unknown = [it for it in recordings if not it.is_over]
    if unknown and not is_sure and any(it.actor != asked.actor for it in unknown):
        question = asked_first(unknown, found, asked, WORDS)
        if question is not None:
            return question
    start = _start(recordings, unknown)
    return Placing(start, lambda order_id: accepted(order_id, start), unknown)


def _start(recordings: list[Recording], unknown: list[Recording]) -> Start:
    """Return the start. A time that somebody gave holds again; a maximum that holds for all does so anyway."""
    given = [it.limit.ends_at - it.since for it in recordings if it.limit is not None and not it.limit.is_default]
    lengths = [length for length in given if length > timedelta()]  # a plan may be moved to after its end
    return Start(
        requests=tuple(it.request for it in recordings),
        releases=tuple(it.id for it in unknown),
        repeats=tuple(it.id for it in recordings),
        max_duration=max(lengths, default=None),
    )


def _push_addresses_are_needed(pushed: list[RecordingRequest], asked: Asked) -> Reply:
    lexicon = asked.context.lexicon
    lines: list[Line] = [
        [code(f"{asked.context.command} {write(_command(it, asked), lexicon)} push=…")] for it in pushed
    ]
    why: Line = ["It pushed the stream to an address, and recordbot doesn't keep the keys of addresses. Type it again:"]
    return reply(Audience.ASKER, ["Nothing started: the push address is missing"], why, *lines)


def _command(request: RecordingRequest, asked: Asked) -> Command:
    """Return the command that starts the stream, without its push addresses."""
    pictures = {video_type: picture for picture, video_type in PICTURES.items()}
    is_silent_here = NO_AUDIO.name in choose({}, asked.context).values
    with_sound = "with-audio" if is_silent_here else None
    said = {
        "room": request.room_id,
        "user": request.user_id,
        "quality": request.select_stream_type.lower(),
        "source": pictures[request.video_type] if request.video_type else "audio-only",
        "no-audio": with_sound if request.is_record_audio else "no-audio",
        "rule": request.record_param and request.record_param.record_rule_id,
        "idle": write_time(request.max_idle_time),
    }
    return Command(asked.context.lexicon.default, {name: [value] for name, value in said.items() if value})


AGAIN = Subcommand(WORDS, _run, Right.START)
