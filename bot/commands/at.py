"""`/record at [JOB | ROOM [USER]] 15:00`: let a planned recording begin at another time."""

from collections.abc import Sequence

from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.commands.target import JOB, ROOM, SOURCE, TARGET, USER, Found, conflict, find, mine_here, named, target_of
from bot.commands.times import moment_like, read_moment, resolved
from bot.language.corrections import CommandError, Problem
from bot.language.parser import Command, Values, write
from bot.language.vocabulary import Option, Vocabulary
from bot.messages.blocks import Audience, Line, Reply, code, day_time, joined, reply
from bot.messages.listing import count_of, listing
from bot.messages.wording import streams
from shared.orders import Move
from shared.recordings import Recording, RecordingState
from shared.team import Right

TIME = Option(
    name="time",
    form="15:00",
    help="when it begins instead: a time of day in your time zone, or with its date: 2026-11-27T15:00",
    example="at 100 user001 15:00",
    aliases=("to",),
    read=read_moment,
    recognise=moment_like,
    by_form=True,
)


def _conflict(values: Values) -> str | None:
    return conflict(values) if TIME.name in values else f"at what time? As in {WORDS.example}"


WORDS = Vocabulary(
    name="at",
    nothing="Nothing moved",
    example="at 100 user001 15:00",
    help="let a planned recording begin at another time",
    aliases=("move", "reschedule", "postpone"),
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE, TIME),
    conflict=_conflict,
)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    target = target_of(values)
    found = find(target, asked) if target.is_named else Found("yours here", _my_plans_here(asked))
    known = found.recordings
    (typed,) = values[TIME.name]
    planned = [it for it in known if it.state is RecordingState.PLANNED and it.stop_asked is None]
    if not planned:
        if known:
            return listing(f"Nothing moved: {found.what} isn't planned", known, asked.now)
        where: Line = ["What runs or is planned: ", code(f"{asked.context.command} list all")]
        return reply(Audience.ASKER, [f"Nothing to move: {found.what}"], where)
    if len({it.order_id for it in planned}) > 1:
        which: Line = ["Say which one, as in ", code(f"{asked.context.command} at {named(planned[0])} {typed}")]
        return listing(f"Nothing moved: {found.what}, {count_of(planned)}", planned, asked.now, which)
    return _move(planned, typed, values, asked)


def _move(planned: Sequence[Recording], typed: str, values: Values, asked: Asked) -> Reply | Placing:
    zone = asked.zone()
    moment = resolved(TIME, typed, asked.now, zone)
    if moment.problem:
        corrected = Command(WORDS, {**values, TIME.name: [moment.dated]}) if moment.dated else None
        line = None if corrected is None else write(corrected, asked.context.lexicon)
        problem = Problem(typed, (0, 0), moment.problem)
        raise CommandError((problem,), line, nothing=WORDS.nothing)
    action = Move(recordings=tuple(it.id for it in planned), start_at=moment.time)
    headline: Line = [f"⏳ Moving {streams([it.request for it in planned])} to ", day_time(moment.time)]
    return Placing(
        action,
        lambda order_id: reply(Audience.ASKER, headline, joined(f"read as {zone} time", f"order {order_id}")),
        planned,
    )


def _my_plans_here(asked: Asked) -> tuple[Recording, ...]:
    return tuple(it for it in mine_here(asked) if it.state is RecordingState.PLANNED)


AT = Subcommand(WORDS, _run, Right.EXTEND)
