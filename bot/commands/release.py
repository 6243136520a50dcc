"""`/record release [JOB | ROOM [USER]]`: let a stream be started again whose last start has an unknown outcome."""

from bot.commands.confirmation import YES, asked_first
from bot.commands.rights import NotAllowed
from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.commands.target import JOB, ROOM, SOURCE, TARGET, USER, Found, conflict, find, mine_here, target_of
from bot.language.parser import Values
from bot.language.vocabulary import Vocabulary
from bot.messages.blocks import Audience, Line, Reply, code, reply
from bot.messages.listing import count_of, listing
from bot.messages.wording import stream
from shared.orders import Release
from shared.recordings import RecordingState
from shared.team import Right

WORDS = Vocabulary(
    name="release",
    nothing="Nothing released",
    example="release 100 user001",
    help="allow a new start after an unknown outcome",
    aliases=("unlock",),
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE, YES),
    conflict=conflict,
)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    target = target_of(values)
    found = find(target, asked) if target.is_named else Found("yours here", mine_here(asked))
    return release_found(found, asked, is_sure=YES.name in values)


def release_found(found: Found, asked: Asked, *, is_sure: bool) -> Reply | Placing:
    """Release what is of unknown outcome. What isn't sure is asked first."""
    known = found.recordings
    recordings = [it for it in known if it.state is RecordingState.UNKNOWN]
    if not recordings:
        only: Line = ["Release works only while the outcome of a start is unknown. To end a recording: "]
        way: Line = [*only, code(f"{asked.context.command} stop")]
        headline = f"Nothing to release: {found.what}"
        return listing(headline, known, asked.now, way) if known else reply(Audience.ASKER, [headline], way)
    recordings, refusal = asked.rights.split(Right.STOP_ANY, recordings)
    if refusal is not None and not recordings:
        raise NotAllowed(refusal)
    if not is_sure:
        question = asked_first(recordings, found, asked, WORDS)
        if question is not None:
            return question
    who = stream(recordings[0].request) if len(recordings) == 1 else count_of(recordings)
    release = Release(recordings=tuple(it.id for it in recordings))
    return Placing(
        release,
        lambda order_id: reply(Audience.ASKER, [f"⏳ Releasing {who}"], [f"order {order_id}"]),
        recordings,
    )


RELEASE = Subcommand(WORDS, _run, Right.STOP_ANY)
