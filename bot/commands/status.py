"""`/record status [JOB | ROOM [USER]]`: the state of a recording: what the ledger knows, then what RTC adds."""

from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.commands.target import JOB, ROOM, SOURCE, TARGET, USER, Found, conflict, find_or_last, last_here, target_of
from bot.language.parser import Values
from bot.language.vocabulary import Vocabulary, words_for
from bot.messages.blocks import Audience, Reply, code, reply
from bot.messages.listing import count_of, listing
from shared.orders import Show

WORDS = Vocabulary(
    name="status",
    example="status 100",
    help="show a recording's state",
    aliases=("state", "info", "check", "show"),
    synonyms="details watch view see look who where when which why is are was did does",
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE),
    refused=words_for({"for all of them: list all": "all everything", "for yours: list mine": "mine"}),
    conflict=conflict,
)


def _run(values: Values, asked: Asked) -> Reply | Placing:
    target = target_of(values)
    found = find_or_last(target, asked) if target.is_named else _here(asked)
    recordings = found.recordings
    if not recordings:
        how = code(f"{asked.context.command} list all")
        return reply(
            Audience.ASKER, [f"recordbot knows no recording: {found.what}"], ["What runs or is planned: ", how]
        )
    headline = f"{count_of(recordings)}: {found.what}"  # an id keeps its case, so it doesn't begin the line
    shown = listing(headline, recordings, asked.now, *([[found.other]] if found.other else []))
    if len(recordings) == 1 and recordings[0].is_at_rtc:
        recording = recordings[0]
        return Placing(Show(recording=recording.id, known=recording.known), lambda _: shown, recordings)
    return shown


def _here(asked: Asked) -> Found:
    """Return the active recordings of this channel; if there are none, those of this person's last start here."""
    here = tuple(it for it in asked.recordings().live() if it.channel_id == asked.channel_id)
    if here:
        return Found("here", here)
    return last_here(asked)


STATUS = Subcommand(WORDS, _run, only_asks=True)
