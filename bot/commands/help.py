"""`/record help [word]`: explain the commands, or one word of them. An unknown word is no error."""

from collections.abc import Sequence

from bot.commands.presets import lines_here
from bot.commands.subcommand import Asked, Subcommand
from bot.language.lexicon import Lexicon
from bot.language.parser import Values
from bot.language.vocabulary import Option, Vocabulary, folded
from bot.messages.blocks import Audience, Reply, reply

THREADS = "Commands don't work in threads: type them in the channel."

_WORD = Option(name="word", form="[word]", help="what to explain", example="help idle", read=lambda text: text, most=64)
WORDS = Vocabulary(
    name="help",
    example="help start",
    help="explain a command or a word",
    aliases=("?", "-h", "how", "what", "what-s", "whats", "about", "usage", "manual", "man"),
    synonyms="examples options commands docs documentation",
    positionals=(_WORD,),
    takes_any_words=True,
)


def whole_form(words: Vocabulary, name: str, *, is_default: bool) -> str:
    """Return the sub-command with all its options, as one line."""
    verb = f"[{words.name}]" if is_default else words.name
    return " ".join([name, verb, *(option.form for option in words.all if option.form)])


def help_lines(words: Sequence[str], lexicon: Lexicon, name: str) -> list[str]:
    """Return the lines that explain all words together, or the first known one of them; else the overview."""
    topics = (topic.partition("=")[0].strip("?") for topic in (" ".join(words), *words))
    return next(filter(None, (_explained(topic, lexicon, name) for topic in topics)), _overview(lexicon, name))


def _explained(topic: str, lexicon: Lexicon, name: str) -> list[str]:
    """Return the lines that explain a sub-command, an option or `examples`; none for any other topic."""
    asked = lexicon.command(topic) or lexicon.asked_for(topic)
    if isinstance(asked, Vocabulary) and asked is not lexicon.empty:
        option = lexicon.default.definitions.get(folded(topic))  # `at` is a sub-command, and an option of start
        return [*_about_command(asked, name), *(_about_option(option.option, name) if option else ())]
    if isinstance(asked, str) and not lexicon.default.define(topic):  # `mute` is asked for, and a word of start
        return [f"{asked[0].upper()}{asked[1:]}.", *_overview(lexicon, name)]
    if folded(topic) in {"example", "examples"}:
        examples = [words.example for words in lexicon.commands]
        examples += [option.example for words in lexicon.commands for option in words.all]
        return ["Examples:", *(f"{name} {example}" for example in dict.fromkeys(filter(None, examples)))]
    for words in lexicon.commands:
        if (definition := words.define(topic) or words.near(topic)) and definition.option.form:
            return _about_option(definition.option, name)
    return []


def _about_option(option: Option, name: str) -> list[str]:
    return [f"{option.form}: {option.help}", f"For example: {name} {option.example}"]


def _overview(lexicon: Lexicon, name: str) -> list[str]:
    return [
        *(f"{name} {words.example}: {words.help}" for words in lexicon.commands),
        f"More: {name} help start, {name} help examples, or help and any word.",
        THREADS,
    ]


def _about_command(words: Vocabulary, name: str) -> list[str]:
    options = [f"{option.form}: {option.help}" for option in words.all if option.form]
    return [f"{name} {words.example}: {words.help}", *options, THREADS]


def _run(values: Values, asked: Asked) -> Reply:
    topics, lexicon = values.get(_WORD.name, ()), asked.context.lexicon
    first, *lines = help_lines(topics, lexicon, asked.context.command)
    is_about_starts = not topics or lexicon.command(topics[0]) is lexicon.default
    here = lines_here(asked) if is_about_starts and asked.context.defaults.channel else []
    return reply(Audience.ASKER, [first], *([line] for line in lines), *here)


HELP = Subcommand(WORDS, _run, only_asks=True)
