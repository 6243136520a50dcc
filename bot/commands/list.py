"""`/record list [here|mine|all]`: what is being recorded."""

from bot.commands.subcommand import Asked, Subcommand
from bot.language.parser import Values
from bot.language.vocabulary import Option, Vocabulary, words_for
from bot.messages.blocks import Audience, Line, Reply, code, reply
from bot.messages.listing import count_of, listing

WHERE = Option(
    name="scope",
    form="[here|mine|all]",
    help="what was asked for in this channel, which is the default; what you started, in any channel; or all",
    example="list mine",
    choices={"here": "here", "mine": "mine", "all": "all"},
    foreign=words_for({"here": "channel", "mine": "own", "all": "everything everywhere every any"}),
)

WORDS = Vocabulary(
    name="list",
    example="list",
    help="show what is being recorded or planned",
    aliases=("ls", "running", "ps", "active", "jobs", "recordings"),
    options=(WHERE,),
    refused=words_for(
        {
            "for a room: status 100": "room user job",
            "list shows what runs or is planned": "planned today",
            "for ended recordings: status JOB, or history 100": "ended finished over past old last",
        }
    ),
)


def _run(values: Values, asked: Asked) -> Reply:
    (where,) = values.get(WHERE.name, ("here",))
    live = asked.recordings().live()
    mine = [it for it in live if it.actor == asked.actor]
    here = [it for it in live if it.channel_id == asked.channel_id]
    shown, place = {"here": (here, " here"), "mine": (mine, " of yours"), "all": (live, "")}[where]
    if not shown:
        elsewhere: Line = [f"{count_of(live)} elsewhere: ", code(f"{asked.context.command} list all")]
        return reply(Audience.ASKER, [f"No recordings{place}"], *([elsewhere] if live else []))
    return listing(f"{count_of(shown)}{place}", shown, asked.now)


LIST = Subcommand(WORDS, _run, only_asks=True)
