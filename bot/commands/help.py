"""`/record help [word]`: explain the commands, or one word of them. An unknown word is no error."""

from collections.abc import Sequence

from bot.commands.subcommand import Answers, Context
from bot.language.lexicon import Lexicon, Option, Vocabulary, folded
from bot.language.parser import Values
from bot.messages.blocks import Audience, Reply, reply

THREADS = "Commands don't work in threads: type them in the channel."

_WORD = Option(name="word", form="[word]", help="what to explain", example="help idle", read=lambda text: text, most=64)
WORDS = Vocabulary(
    name="help",
    example="help start",
    help="explain a command or a word",
    aliases=("?", "-h", "how", "what", "what-s", "whats", "about", "usage", "manual", "man"),
    positionals=(_WORD,),
    takes_any_words=True,
)


def whole_form(words: Vocabulary, name: str, *, is_default: bool) -> str:
    """Return the sub-command with all its options, as one line."""
    verb = f"[{words.name}]" if is_default else words.name
    return " ".join([name, verb, *(option.form for option in words.all if option.form)])


def help_lines(topic: str, lexicon: Lexicon, name: str) -> list[str]:
    """Return the lines that explain the topic: a sub-command, an option or `examples`; else the overview."""
    asked = lexicon.command(topic) or lexicon.asked_for(topic)
    if isinstance(asked, Vocabulary) and asked is not lexicon.empty:
        return _about_command(asked, name)
    if folded(topic) in {"example", "examples"}:
        examples = [words.example for words in lexicon.commands]
        examples += [option.example for words in lexicon.commands for option in words.all]
        return ["Examples:", *(f"{name} {example}" for example in dict.fromkeys(filter(None, examples)))]
    for words in lexicon.commands:
        if (definition := words.define(topic) or words.near(topic)) and definition.option.form:
            option = definition.option
            return [f"{option.form}: {option.help}", f"For example: {name} {option.example}"]
    return [*([_sentence(asked)] if isinstance(asked, str) else []), *_overview(lexicon, name)]


def _overview(lexicon: Lexicon, name: str) -> list[str]:
    return [
        *(f"{name} {words.example}: {words.help}" for words in lexicon.commands),
        f"More: {name} help start, {name} help examples, or help and any word.",
        THREADS,
    ]


def _about_command(words: Vocabulary, name: str) -> list[str]:
    options = [f"{option.form}: {option.help}" for option in words.all if option.form]
    return [f"{name} {words.example}: {words.help}", *options, THREADS]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _answer(values: Values, context: Context) -> Reply:
    topic: Sequence[str] = values.get(_WORD.name, ())
    first, *lines = help_lines(" ".join(topic).partition("=")[0], context.lexicon, context.command)
    return reply(Audience.ASKER, [first], *([line] for line in lines))


HELP = Answers(WORDS, _answer)
