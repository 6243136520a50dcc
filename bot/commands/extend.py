"""`/record extend [JOB | ROOM USER] 1h`: let a recording end later."""

from datetime import datetime, timedelta

from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.commands.target import JOB, ROOM, SOURCE, TARGET, USER, Found, conflict, find, mine_here, named, target_of
from bot.language.parser import Values
from bot.language.values import Wrong, seconds_of, write_time
from bot.language.vocabulary import Option, Vocabulary, words_for
from bot.messages.blocks import Audience, Line, Reply, clock_time, code, joined, reply
from bot.messages.listing import count_of, listing
from bot.messages.wording import stream
from shared.orders import Extend
from shared.recordings import Recording, RecordingState
from shared.team import Right

_LEAST, _MOST = 60, 24 * 60 * 60
_BOUNDS = f"{write_time(_LEAST)} to {write_time(_MOST)}"


def _length_like(text: str) -> str | None:
    length = text.removeprefix("+")
    return length if not length.isdecimal() and seconds_of(length) is not None else None


def _read_length(text: str) -> str | Wrong:
    seconds = seconds_of(_length_like(text) or text)
    if seconds is None:
        return Wrong(f"a time from {_BOUNDS}, such as 30m or 2h")
    nearest = min(max(seconds, _LEAST), _MOST)
    return write_time(seconds) if seconds == nearest else Wrong(_BOUNDS, write_time(nearest))


LENGTH = Option(
    name="by",
    form="30m|2h",
    help=f"how much longer, from {_BOUNDS}",
    example="extend 100 user001 30m",
    aliases=("for",),
    foreign=words_for({"by": "time length longer"}),
    read=_read_length,
    recognise=_length_like,
    by_form=True,
)


def _conflict(values: Values) -> str | None:
    return conflict(values) if LENGTH.name in values else f"how much longer? As in {WORDS.example}"


WORDS = Vocabulary(
    name="extend",
    nothing="Nothing extended",
    example="extend 100 user001 1h",
    help="let a recording end later",
    aliases=("prolong", "keep-on"),
    synonyms="lengthen",
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE, LENGTH),
    conflict=_conflict,
)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    target, command = target_of(values), asked.context.command
    found = find(target, asked) if target.is_named else Found("yours here", mine_here(asked))
    known = found.recordings
    recordings = [it for it in known if not it.is_over and it.state is not RecordingState.UNKNOWN]
    (by,) = values[LENGTH.name]
    if not known:
        where: Line = ["What runs or is planned: ", code(f"{command} list all")]
        return reply(Audience.ASKER, [f"Nothing to extend: {found.what}"], where)
    if not recordings:
        return listing(f"Nothing to extend: {found.what}", known, asked.now)
    if len(recordings) > 1:
        which: Line = ["Say which one: ", code(f"{command} extend {named(recordings[0])} {by}")]
        return listing(f"Nothing extended: {found.what}, {count_of(recordings)}", recordings, asked.now, which)
    (recording,) = recordings
    if recording.stop_asked is not None:
        return listing("Nothing extended: it is being stopped", recordings, asked.now)
    ends_at = asked.now if recording.limit is None else recording.limit.ends_at
    ends_at += timedelta(seconds=seconds_of(by) or 0)
    hint = [[f"that is {found.what}; {found.other}"]] if found.other else []
    return extended_to(recording, ends_at, *hint)


def extended_to(recording: Recording, ends_at: datetime, *hint: Line) -> Placing:
    """Let the recording end at that time."""
    extend = Extend(recording=recording.id, ends_at=ends_at)
    headline: Line = [f"⏳ Extending {stream(recording.request)} until ", clock_time(ends_at)]
    return Placing(
        extend, lambda order_id: reply(Audience.ASKER, headline, joined(f"order {order_id}"), *hint), [recording]
    )


EXTEND = Subcommand(WORDS, _run, Right.EXTEND)
