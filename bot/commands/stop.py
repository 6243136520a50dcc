"""`/record stop [JOB | ROOM [USER] | all mine]`: stop recordings that recordbot started.

A single recording of one's own is stopped at once. Several, or somebody else's, need `yes` at the end.
"""

from bot.commands.confirmation import YES, asked_first
from bot.commands.rights import NotAllowed
from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.commands.target import (
    JOB,
    ROOM,
    SOURCE,
    TARGET,
    USER,
    Found,
    Target,
    conflict,
    find,
    mine_here,
    named,
    target_of,
)
from bot.language.parser import Values
from bot.language.vocabulary import Option, Vocabulary, words_for
from bot.messages.blocks import Audience, Line, Reply, code, reply
from bot.messages.listing import count_of, listing
from bot.messages.refusals import refusal_line
from bot.messages.wording import stream
from shared.orders import Stop
from shared.recordings import RecordingState
from shared.team import Right

MINE = Option(
    name="mine",
    form="[all mine]",
    help="all that you started, in any channel",
    example="stop all mine",
    choices={"mine": "mine", "all-mine": "mine", "all-of-mine": "mine"},
)


def _conflict(values: Values) -> str | None:
    if MINE.name in values and target_of(values).is_named:
        return "all mine, or a job or a room, not both"
    return conflict(values)


WORDS = Vocabulary(
    name="stop",
    nothing="Nothing stopped",
    example="stop 100 user001",
    help="stop your recording, a job, or what runs in a room",
    aliases=("end", "kill", "cancel", "finish"),
    synonyms=(
        "terminate quit exit abort halt close drop done off disable deactivate leave disconnect hangup hang-up cease "
        "shutdown shut-down turn-off switch-off"
    ),
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE, MINE, YES),
    refused=words_for(
        {
            "name a room, or say stop all mine": "all everyone everybody everything",
            "leave it out: stop alone stops your recording here": "it that this current",
        }
    ),
    conflict=_conflict,
)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    target, is_sure = target_of(values), YES.name in values
    if MINE.name in values:
        mine = tuple(it for it in asked.recordings().live() if it.actor == asked.actor)
        return stop_found(Found("all mine", mine, "all mine"), asked, is_sure=is_sure)
    if not target.is_named:
        return _mine_here(asked, is_sure=is_sure)
    found = find(target, asked)
    if not found.recordings and target.room_id is not None and target.user_id is not None:
        return _unseen(target, found)
    return stop_found(found, asked, is_sure=is_sure)


def _mine_here(asked: Asked, *, is_sure: bool) -> Reply | Placing:
    """Stop my recording here if there is one; if there are several, list them."""
    mine = mine_here(asked)
    if len(mine) == 1 or (mine and is_sure):
        return stop_found(Found("yours here", mine), asked, is_sure=is_sure)
    command = asked.context.command
    here = [it for it in asked.recordings().live() if it.channel_id == asked.channel_id]
    if not here:
        return reply(Audience.ASKER, ["Nothing to stop here"], ["Recordings elsewhere: ", code(f"{command} list all")])
    which: Line = ["To stop one: ", code(f"{command} stop {named((mine or here)[0])}")]
    both: list[Line] = [["To stop all of yours here: ", code(f"{command} stop yes")]] if mine else []
    return listing(f"Nothing stopped: {count_of(mine)} of yours, {count_of(here)} here", here, asked.now, which, *both)


def stop_found(found: Found, asked: Asked, *, is_sure: bool) -> Reply | Placing:
    """Stop what isn't over and may be stopped. What isn't sure is asked first."""
    recordings = tuple(it for it in found.recordings if not it.is_over)
    hint: list[Line] = [[found.other]] if found.other else []
    if not recordings:
        headline = f"Nothing to stop: {found.what}"
        if found.recordings:
            return listing(headline, found.recordings, asked.now, *hint)
        where: Line = ["What runs or is planned: ", code(f"{asked.context.command} list all")]
        return reply(Audience.ASKER, [headline], ["recordbot knows no such recording that runs now."], where)
    allowed, refusal = asked.rights.split(Right.STOP_ANY, recordings)
    if refusal is not None and not allowed:
        raise NotAllowed(refusal)
    recordings = tuple(allowed)
    question = None if is_sure else asked_first(recordings, found, asked, WORDS)
    if question is not None:
        return question
    who = stream(recordings[0].request) if len(recordings) == 1 else count_of(recordings)
    is_planned = all(it.state is RecordingState.PLANNED for it in recordings)
    meant: list[Line] = [[f"that is {found.what}; {found.other}"]] if found.other else []
    stop = Stop(recordings=tuple(it.id for it in recordings))
    rest: list[Line] = [["Not the others: ", *refusal_line(refusal)]] if refusal is not None else []
    doing = f"Cancelling the plan: {who}" if is_planned else f"Asking RTC to stop {who}"
    return Placing(stop, lambda order_id: _accepted(order_id, doing, *meant, *rest), recordings)


def _unseen(target: Target, found: Found) -> Placing:
    """Let the recorder search for the stream: what is being started isn't listed yet. It stops only one's own."""
    stop = Stop(room_id=target.room_id, user_id=target.user_id, video_type=target.video_type, only_own=True)
    return Placing(stop, lambda order_id: _accepted(order_id, f"Asking RTC to stop {found.what}"))


def _accepted(order_id: str, doing: str, *lines: Line) -> Reply:
    return reply(Audience.ASKER, [f"⏳ {doing}"], [f"order {order_id}"], *lines)


STOP = Subcommand(WORDS, _run, Right.STOP_ANY)
