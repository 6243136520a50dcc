"""What words can mean. The sub-commands hand in theirs (bot/commands/): nothing here knows one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bot.language.corrections import nearest
from bot.language.values import Wrong

_SENTENCE = """
in of for with the please pls plz to at from me my now thanks thx thank-you could-you can-you would-you will-you
i-want-to want-to i-need-to need-to let-s hey hi hello kindly named called id stream recording
"""
FILLERS = frozenset(_SENTENCE.split())
"""Words of a sentence that say nothing in a command."""
_HYPHENS = str.maketrans("_ '", "---")
JOINING = frozenset(("and", "und", "et", "&", "+"))
"""Words between two things of a list."""


@dataclass(frozen=True)
class Option:
    """Something that a sub-command can be told. It has either `choices`, or a value that `read` reads."""

    name: str
    form: str
    help: str
    example: str
    """What to type behind the command's name."""
    aliases: tuple[str, ...] = ()
    """Other names, those of the API's fields included: understood like the name itself."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Words that are understood, and the choice that each makes; `name=true` and `name=false` are such words too."""
    foreign: Mapping[str, str] = field(default_factory=dict)
    """Words of other tools, and the choice or the name that is meant. They are answered with a correction."""
    read: Callable[[str], str | Wrong] | None = None
    recognise: Callable[[str], str | None] | None = None
    """Gives the value that a word stands for by its form alone (`720p`, `10m`), or None."""
    units: frozenset[str] = frozenset()
    """Words that may stand behind a number: `idle 10 min`."""
    most: int = 1
    """How many values it can have."""
    question: str = ""
    """What to ask where it is missing; empty where it may be."""
    noun: str = ""
    """What its value is called in a question."""
    secret: bool = False
    """Its values are never repeated."""
    literal: bool = False
    """Its value may be any word: a room can be called `hd`."""

    def written(self, value: str) -> str:
        """Return the option with this value, as one word to type."""
        return value if self.choices else f"{self.name}={value}"


class Definition(NamedTuple):
    """What a word means: an option, the choice it makes (None for the option's name), and whether it is foreign."""

    option: Option
    choice: str | None
    is_foreign: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """The words of one sub-command."""

    name: str
    example: str
    """What to type behind the command's name; for the default command without its own."""
    help: str
    aliases: tuple[str, ...] = ()
    positionals: tuple[Option, ...] = ()
    """What the words without a name are, in order."""
    options: tuple[Option, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Words that people try for which it has none, and what to say."""
    conflict: Callable[[Mapping[str, Sequence[str]]], str | None] = lambda _: None
    """Says why values that are right one by one don't go together, or gives None."""
    takes_any_words: bool = False
    """Whether all its words are values of its first positional."""

    @cached_property
    def all(self) -> tuple[Option, ...]:
        """Positionals and options, in the order in which a command is written."""
        return (*self.positionals, *self.options)

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """What each word means, written as `folded` gives it."""
        known: dict[str, Definition] = {}
        for option in self.all:
            for word, ours in option.foreign.items():
                known[word] = Definition(option, ours if ours in option.choices else None, is_foreign=True)
        for option in self.all:
            names = {} if option.choices and option.name in option.choices else {option.name: None}
            known |= {word: Definition(option, None) for word in (*names, *option.aliases)}
            known |= {word: Definition(option, choice) for word, choice in option.choices.items()}
        return known

    def define(self, word: str) -> Definition | None:
        """Return what the word means, whatever its case and dashes, also where only its form tells (`720p`)."""
        known = self.definitions.get(word) or self.definitions.get(plain := folded(word))
        if known or word.isdecimal():
            return known
        for option in self._recognised:
            if option.recognise and (choice := option.recognise(plain)):
                return Definition(option, choice, is_foreign=True)
        return None

    @cached_property
    def _recognised(self) -> Sequence[Option]:
        return [option for option in self.options if option.choices and option.recognise]

    def near(self, word: str, most: int = 2) -> Definition | None:
        """Return what the word most likely misspells."""
        return self.definitions.get(nearest(folded(word), self._own_words, most) or "")

    @cached_property
    def _own_words(self) -> Sequence[str]:
        return [
            word
            for word, definition in self.definitions.items()
            if definition.option.form and not definition.is_foreign and "=" not in word
        ]


@dataclass(frozen=True)
class Lexicon:
    """All sub-commands' words: `default` may go without its name, `empty` is what no words at all ask for."""

    commands: tuple[Vocabulary, ...]
    default: Vocabulary
    empty: Vocabulary
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Words that ask for a sub-command, and its name; whether or not there is one of that name."""

    @cached_property
    def _by_word(self) -> Mapping[str, Vocabulary]:
        return {word: command for command in self.commands for word in (command.name, *command.aliases)}

    def command(self, word: str) -> Vocabulary | None:
        """Return the sub-command that the word names, whatever its case and dashes."""
        return self._by_word.get(word) or self._by_word.get(folded(word))

    def asked_for(self, word: str) -> Vocabulary | str | None:
        """Return the sub-command that the word asks for without naming it, or what to say where there is none."""
        name = self.elsewhere.get(folded(word))
        if name is None:
            return None
        known = " and ".join(command.name for command in self.commands)
        return self._by_word.get(name) or f"recordbot has no {name}, only {known}"

    def near_command(self, word: str) -> Vocabulary | str | None:
        """Return the sub-command whose name or word the word most likely misspells, or what to say."""
        names = [name for name in self._by_word if len(name) > 1]
        near = nearest(folded(word), (*names, *self.elsewhere))
        return None if near is None else self.command(near) or self.asked_for(near)

    @cached_property
    def _phrases(self) -> frozenset[str]:
        known = {word for command in self.commands for word in (*command.definitions, *command.refused)}
        return frozenset(word for word in (known | FILLERS) if "-" in word and "=" not in word)

    @cached_property
    def phrase_words(self) -> frozenset[str]:
        """Every word, folded, that belongs to a sentence or with which a phrase of several words begins."""
        return FILLERS | JOINING | {phrase.partition("-")[0] for phrase in self._phrases}

    def is_phrase(self, words: str) -> bool:
        """Whether several words have a meaning together."""
        return folded(words) in self._phrases

    def is_free(self, word: str, of: Vocabulary) -> bool:
        """Whether the word has no meaning of its own, so that it can be an id without being named one."""
        plain = folded(word)
        return not (
            of.define(word)
            or word[:1] in "-@<"
            or plain in FILLERS
            or plain in JOINING
            or plain in of.refused
            or plain in self.elsewhere
            or self.command(word)
        )


def words_for(meanings: Mapping[str, str]) -> dict[str, str]:
    """Return what each word means, from the words that each meaning has: `{"hd": "hd hq"}`."""
    return {word: meaning for meaning, words in meanings.items() for word in words.split()}


def folded(word: str) -> str:
    """Return the word as the tables spell it: lower case, hyphens within, no dash before it, no underscore around."""
    plain = word.casefold()
    return plain if plain.isalnum() else plain.strip("_").lstrip("-").translate(_HYPHENS)
