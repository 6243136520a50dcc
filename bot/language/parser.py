"""Parse a text into a Command: normalising -> tokens -> phrases -> options -> positionals, forward only.

The common command takes a short way (plain.py).

All problems are collected, each with the value that was most likely meant, if there is one. At the end these values
give the corrected command, unless the correction of one problem is not certain.
"""

from itertools import islice

from bot.language.builder import Command, CommandBuilder, Values, write
from bot.language.corrections import CommandError, Problem
from bot.language.lexicon import FILLERS, Lexicon
from bot.language.normalising import normalise
from bot.language.options import read_options
from bot.language.plain import read_plain
from bot.language.positionals import SECOND, ask_for_missing, read_positionals
from bot.language.tokens import Token, joined_phrases, tokens_of
from bot.language.vocabulary import Definition, Vocabulary, folded

__all__ = ["Command", "Values", "parse", "write"]

_MOST_CHARACTERS = 24_000
_MOST_WORDS = 64
"""Enough for ten users, ten addresses and every option in any form. It limits the work for one text."""


def parse(text: str, lexicon: Lexicon, name: str = "/record") -> Command:
    """Return the command in `text`, which may begin with the slash command's name.

    Raises CommandError, and no other error, with every problem. Places are positions in `normalise(text)`.
    """
    return read_plain(text, lexicon) or parse_any(text, lexicon, name)


def parse_any(text: str, lexicon: Lexicon, name: str = "/record") -> Command:
    """Return what `parse` does, by the whole grammar."""
    plain = normalise(text)
    tokens = list(islice(tokens_of(plain, lexicon), _MOST_WORDS + 1)) if len(plain) <= _MOST_CHARACTERS else []
    if len(plain) > _MOST_CHARACTERS or len(tokens) > _MOST_WORDS:
        message = f"this is too long for a command: at most {_MOST_WORDS} words and {_MOST_CHARACTERS} characters"
        raise CommandError((Problem("", (0, len(plain)), message),), nothing=lexicon.default.nothing)
    while tokens and tokens[0].text.casefold() == name.casefold():
        del tokens[0]
    builder = CommandBuilder(plain, lexicon)
    for at, token in enumerate(tokens):
        if token.text.casefold() == name.casefold():
            builder.refuse(token, SECOND)
            del tokens[at:]
            break
    words = _read_command(joined_phrases(tokens, lexicon), builder)
    if builder.vocabulary.takes_any_words:
        if words:
            builder.values[builder.vocabulary.positionals[0].name] = [token.text for token in words]
        return builder.build()
    read_options(words, builder)
    read_positionals(builder)
    ask_for_missing(words or tokens, builder)
    return builder.build()


def _read_command(tokens: list[Token], builder: CommandBuilder) -> list[Token]:
    """Read the sub-command, and return the other words."""
    lexicon = builder.lexicon
    last = lexicon.command(tokens[-1].text) if tokens else lexicon.empty
    if last and last.takes_any_words and (len(tokens) <= 2 or tokens[-1].text.startswith("-")):  # noqa: PLR2004 # `help`, `idle help`
        builder.vocabulary = last
        return tokens[:1] if len(tokens) > 1 else []
    word = tokens[0].text.strip("/?")
    if len(tokens) == 1 and word != tokens[0].text and (not word or lexicon.is_known(word)):  # `/help`, `idle?`
        builder.vocabulary = lexicon.empty
        return [] if not word or lexicon.command(word) is lexicon.empty else [tokens[0]._replace(text=word)]
    first, *others = tokens
    definition = builder.vocabulary.define(first.text)
    is_option = definition and not (lexicon.is_name(folded(first.text)) and not _has_value(definition, others))
    if is_option and not lexicon.asked_for(first.text):
        return tokens
    named = lexicon.command(first.text)
    meant = named or _command_asked_for(first, others, builder)
    if meant is None:
        return tokens
    literal = builder.or_literal(first)
    if isinstance(meant, str):
        problem = Problem(builder.shown(first.text), (first.start, first.end), meant + literal)
        raise CommandError((problem,), nothing=lexicon.default.nothing)
    if named is None:
        builder.add_problem(first, meant.name + literal)
    builder.vocabulary = meant
    builder.is_named = meant is not named or folded(first.text) == meant.name  # `record lobby teacher` is a sentence
    return others


def _has_value(definition: Definition, others: list[Token]) -> bool:
    """Return whether an option's value follows its name: `at 14:00` is an option of start, `at 100` a sub-command."""
    recognise = definition.option.recognise
    return bool(others and recognise and recognise(others[0].text))


def _command_asked_for(first: Token, others: list[Token], builder: CommandBuilder) -> Vocabulary | str | None:
    """Return the sub-command that `kill`, `stop-recording` or `strat` asks for; if there is none, a text or None."""
    vocabulary, lexicon = builder.vocabulary, builder.lexicon
    verb, _, what = folded(first.text).partition("-")
    if meant := lexicon.asked_for(folded(first.text)):
        return meant
    meant = lexicon.command(verb) or lexicon.asked_for(verb) if what else None
    definition = meant.define(what) if isinstance(meant, Vocabulary) else None
    if isinstance(meant, Vocabulary) and (what in meant.refused or (definition and definition.choice)):
        others.insert(0, first._replace(text=what))  # `kill_all`, `record-screen`
        return meant
    if meant and (what in FILLERS or any(what in command.refused for command in lexicon.commands)):
        return meant
    definitions = [vocabulary.define(token.text.partition("=")[0]) for token in others]
    is_room_named = any(definition and definition.option is vocabulary.positionals[0] for definition in definitions)
    ids = sum(lexicon.is_free(token.text, vocabulary) for token in others)
    if not first.text.isalpha() or (is_room_named and ids == 1):
        return None  # the room is named, so the word may be a user: `lisa room 100`
    return lexicon.near_command(first.text)
