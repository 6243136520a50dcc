"""`/record stop [JOB | ROOM [USER] | mine]`: stop recordings that recordbot started.

What is one's own and one is stopped at once. Several, or somebody else's, want `yes` at the end.
"""

from bot.commands.list import may_see
from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.commands.target import JOB, ROOM, SOURCE, TARGET, USER, Found, Target, conflict, find, target_of
from bot.language.lexicon import Option, Vocabulary, words_for
from bot.language.parser import Values
from bot.messages.blocks import Audience, Line, Reply, code, reply
from bot.messages.listing import count_of, listing
from bot.messages.wording import stream
from shared.orders import Stop
from shared.recordings import Recording
from shared.rtc.models import VideoType

MINE = Option(
    name="mine",
    form="[all mine]",
    help="all that you started, in any channel",
    example="stop all mine",
    choices={"mine": "mine", "all-mine": "mine", "all-of-mine": "mine"},
)
YES = Option(
    name="yes",
    form="[yes]",
    help="stop several, or what somebody else started",
    example="stop room 100 yes",
    choices={"yes": "yes"},
    foreign=words_for({"yes": "y really sure confirm force"}),
)


def _conflict(values: Values) -> str | None:
    if MINE.name in values and target_of(values).is_named:
        return "all mine, or a job or a room, not both"
    return conflict(values)


WORDS = Vocabulary(
    name="stop",
    nothing="Nothing stopped",
    example="stop 100 user001",
    help="stop your recording here, a job, or what runs in a room",
    aliases=("end", "kill", "cancel", "finish"),
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
        mine = tuple(it for it in asked.context.recordings().live() if it.actor == asked.actor)
        return _stop(Found("all mine", mine), "all mine", asked, is_sure=is_sure)
    if not target.is_named:
        return _mine_here(asked, is_sure=is_sure)
    found = find(target, asked)
    if not found.recordings:
        return _unknown(target, found)
    return _stop(found, _typed(target), asked, is_sure=is_sure)


def _mine_here(asked: Asked, *, is_sure: bool) -> Reply | Placing:
    """Stop what is mine and runs here if that is one; else list what there is."""
    here = [it for it in asked.context.recordings().live() if it.channel_id == asked.channel_id]
    mine = tuple(it for it in here if it.actor == asked.actor)
    if len(mine) == 1 or (mine and is_sure):
        return _stop(Found("yours here", mine), "", asked, is_sure=is_sure)
    command = asked.context.command
    if not here:
        return reply(Audience.ASKER, ["Nothing to stop here"], ["What runs elsewhere: ", code(f"{command} list all")])
    which: Line = ["Say which one: ", code(f"{command} stop {_named(here[0])}")]
    return listing(f"Nothing stopped: {count_of(mine)} of yours, {count_of(here)} here", here, asked.now, which)


def _stop(found: Found, typed: str, asked: Asked, *, is_sure: bool) -> Reply | Placing:
    recordings = tuple(it for it in found.recordings if not it.is_over)
    if not recordings:
        return listing(f"Nothing to stop: {found.what}", found.recordings, asked.now)
    others = [it for it in recordings if it.actor != asked.actor]
    if not is_sure and (found.is_guess or others or len(recordings) > 1):
        again: Line = ["To stop ", "it" if len(recordings) == 1 else "them", ": "]
        typed = f"job={recordings[0].job_id}" if found.is_guess and len(recordings) == 1 else typed
        way = code(" ".join(filter(None, (asked.context.command, "stop", typed, "yes"))))
        hint = [[found.other]] if found.other else []
        headline = f"Nothing stopped yet: {found.what}, {count_of(recordings)}"
        seen = [it for it in recordings if may_see(it, asked)]
        return listing(headline, seen, asked.now, [*again, way], *hint)
    who = stream(recordings[0].request) if len(recordings) == 1 else count_of(recordings)
    meant = f"that is {found.what}; {found.other}" if found.other else ""
    stop = Stop(recordings=tuple(it.id for it in recordings))
    return Placing(stop, lambda order_id: _accepted(order_id, who, meant))


def _unknown(target: Target, found: Found) -> Reply | Placing:
    """Let the recorder look for what the index of the live ones doesn't have: it lags by seconds."""
    job_id = target.job_id or target.either
    if target.room_id is not None and target.user_id is not None:
        picture: VideoType | None = "SCREENSTREAM" if target.video_type == "SCREENSTREAM" else None
        picture = "CAMERASTREAM" if target.video_type == "CAMERASTREAM" else picture
        stop = Stop(room_id=target.room_id, user_id=target.user_id, video_type=picture)
        return Placing(stop, lambda order_id: _accepted(order_id, f"{target.user_id} in room {target.room_id}", ""))
    if job_id is not None:
        return Placing(Stop(job_id=job_id), lambda order_id: _accepted(order_id, f"job {job_id}", ""))
    return reply(Audience.ASKER, [f"Nothing to stop: {found.what}"], ["Nothing is being recorded there."])


def _typed(target: Target) -> str:
    """Return what the person named, as it is typed so that it can't mean anything else."""
    if target.job_id is not None:
        return f"job={target.job_id}"
    if target.room_id is not None:
        picture = {"SCREENSTREAM": "screen", "CAMERASTREAM": "camera"}.get(target.video_type or "")
        return " ".join(filter(None, (f"room={target.room_id}", target.user_id, picture)))
    return target.either or ""


def _named(recording: Recording) -> str:
    return recording.job_id or f"room={recording.request.room_id} {recording.request.user_id}"


def _accepted(order_id: str, what: str, meant: str) -> Reply:
    return reply(
        Audience.ASKER, [f"⏳ Asking RTC to stop {what}"], [f"order {order_id}"], *([[meant]] if meant else [])
    )


STOP = Subcommand(WORDS, _run)
