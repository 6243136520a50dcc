"""`/record file [JOB | ROOM [USER]]`: links to the files of a recording, for the one who asks."""

from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.commands.target import JOB, ROOM, SOURCE, TARGET, USER, Found, conflict, find, target_of
from bot.language.parser import Values
from bot.language.vocabulary import Vocabulary
from bot.messages.blocks import Audience, Line, Reply, code, reply
from bot.messages.listing import listing
from bot.messages.wording import stream
from shared.orders import Link
from shared.team import Right

WORDS = Vocabulary(
    name="file",
    nothing="No link made",
    example="file",
    help="get links to the files of your last recording here, or of a job",
    aliases=("files", "link", "links"),
    synonyms="download play replay get fetch",
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE),
    conflict=conflict,
)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    target = target_of(values)
    return links_of(find(target, asked) if target.is_named else _last(asked), asked)


def links_of(found: Found, asked: Asked) -> Reply | Placing:
    """Let the recorder make links to the files of the recording that is meant."""
    with_files = [it for it in found.recordings if it.files]
    if not found.recordings:
        way: Line = ["A recording that is over is found by its job: ", code(f"{asked.context.command} file JOB")]
        return reply(Audience.ASKER, [f"recordbot knows no recording: {found.what}"], way)
    if not with_files:
        return listing(f"No file is known yet: {found.what}", found.recordings, asked.now)
    if len(with_files) > 1:
        which: Line = ["Which one? ", code(f"{asked.context.command} file {with_files[0].job_id}")]
        return listing(f"Several have files: {found.what}", with_files, asked.now, which)
    (recording,) = with_files
    who = stream(recording.request)
    return Placing(
        Link(recording=recording.id),
        lambda order_id: reply(Audience.ASKER, [f"⏳ Making links: {who}"], [f"order {order_id}"]),
        with_files,
    )


def _last(asked: Asked) -> Found:
    return Found("your last start here", tuple(asked.recordings().last_of(asked.actor, asked.channel_id)))


FILE = Subcommand(WORDS, _run, Right.SEE_FILES)
