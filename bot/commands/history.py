"""`/record history [JOB | ROOM [USER]]`: who started, changed and stopped a recording, how it ended, and its files."""

from bot.commands.subcommand import Asked, Subcommand
from bot.commands.target import JOB, ROOM, TARGET, USER, Found, conflict, is_meant, last_here, target_of
from bot.language.parser import Values
from bot.language.vocabulary import Vocabulary, words_for
from bot.messages.blocks import Audience, Reply, code, reply
from bot.messages.history import history
from bot.messages.listing import count_of

WORDS = Vocabulary(
    name="history",
    example="history 100",
    help="show who started, changed and stopped a recording",
    aliases=("log", "audit"),
    positionals=(TARGET, USER),
    options=(ROOM, JOB),
    refused=words_for({"of one room or job: history 100": "all everything mine here"}),
    conflict=conflict,
)


def _run(values: Values, asked: Asked) -> Reply:
    found = _find(values, asked)
    if not found.recordings:
        how = code(f"{asked.context.command} list all")
        older = ["Only the latest recordings of a room are searched: for an older one, name its job."]
        return reply(
            Audience.ASKER, [f"recordbot knows no recording: {found.what}"], older, ["What runs or is planned: ", how]
        )
    return history(f"{count_of(found.recordings)}: {found.what}", found.recordings, asked.now)


def _find(values: Values, asked: Asked) -> Found:
    """Return the recordings that are meant and may be seen: an exact job, else those of the room, the newest first."""
    target = target_of(values)
    if not target.is_named:
        return last_here(asked)
    known = asked.recordings()
    job_id = target.job_id or target.either
    job = None if job_id is None else known.of_job(job_id)
    if job is not None:
        return Found(f"job {job_id}", (job,))
    room_id = target.room_id or target.either
    in_room = () if room_id is None else known.of_room(room_id)
    what = f"room {room_id}" if target.user_id is None else f"{target.user_id} in room {room_id}"
    if target.room_id is None:
        what = f"job {job_id}" if target.job_id is not None else f"room or job {target.either}"
        what = f"room {room_id}" if in_room else what
    return Found(what, tuple(it for it in in_room if is_meant(it, target)))


HISTORY = Subcommand(WORDS, _run, only_asks=True)
