"""The words of one sub-command. Each sub-command defines its words in bot/commands/; this module defines none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bot.language.corrections import nearest
from bot.language.values import Wrong

_HYPHENS = str.maketrans("_ '", "---")
_SHORTEST_NAME = 3
"""Names of options up to this length are near too many words."""


@dataclass(frozen=True)
class Option:
    """An option or positional of a sub-command. It has either `choices`, or a value that `read` reads."""

    name: str
    form: str
    help: str
    example: str
    """What to type after the command's name."""
    label: str = ""
    """Its name in the form, if that is another than its own."""
    form_help: str = ""
    """What the form says about it, if that is not `help`, which may name words to type."""
    form_choices: Mapping[str, str] = field(default_factory=dict)
    """The choices that the form offers, one for each meaning, with their labels. An empty one is to choose nothing."""
    aliases: tuple[str, ...] = ()
    """Other names, such as those of the API's fields. They are understood like the name itself. One that ends in `=`
    is a name only before its value: `max=2h`, since `max` may be a person."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The words that are understood, and the choice of each. `name=true` and `name=false` are such words too."""
    foreign: Mapping[str, str] = field(default_factory=dict)
    """Words of other tools, and our choice or name for each. They are answered with a correction."""
    read: Callable[[str], str | Wrong] | None = None
    recognise: Callable[[str], str | None] | None = None
    """Returns the value of a word that is known by its form (`720p`, `10m`), or None."""
    otherwise: str = ""
    """The option that its name means before a value of another form: `in 10m` is a time, `in 100` a room."""
    most: int = 1
    """How many values it can have."""
    question: str = ""
    """The question if it is missing; empty if it is optional."""
    noun: str = ""
    """The name of its value in a question."""
    secret: bool = False
    """Its values are never repeated."""
    by_form: bool = False
    """Whether a word that `recognise` knows is its value, also without its name: `extend 7 1h`."""
    literal: bool = False
    """Its value may be any word: a room can be called `hd`."""
    default: str = ""
    """The value of a first positional that may be left out; empty if it has to be typed."""
    one_word: bool = False
    """Whether its choices are never typed with blanks for their hyphens: `big 100` is no choice `big-100`."""

    def written(self, value: str) -> str:
        """Return the option with this value, as one word to type."""
        if value in self.choices:
            return value
        return f'{self.name}="{value}"' if self.secret and ("," in value or ";" in value) else f"{self.name}={value}"


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
    """What to type after the slash command's name. The default sub-command's own name is left out."""
    help: str
    aliases: tuple[str, ...] = ()
    synonyms: str = ""
    """More words that ask for it, with blanks between them. They are answered with a correction."""
    positionals: tuple[Option, ...] = ()
    """The options for words without a name, in order."""
    options: tuple[Option, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Words that people try and that it can't do, each with the answer."""
    conflict: Callable[[Mapping[str, Sequence[str]]], str | None] = lambda _: None
    """Returns why the values don't go together, or None."""
    nothing: str = "Nothing was done"
    """The beginning of the answer to an error."""
    takes_any_words: bool = False
    """Whether all its words are values of its first positional."""

    @cached_property
    def all(self) -> tuple[Option, ...]:
        """Return positionals and options, in the order in which a command is written."""
        return (*self.positionals, *self.options)

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """Return what each word means. The words are as `folded` returns them."""
        known: dict[str, Definition] = {}
        for option in self.all:
            for word, ours in option.foreign.items():
                known[word] = Definition(option, ours if ours in option.choices else None, is_foreign=True)
        for option in self.all:
            names = {} if option.choices and option.name in option.choices else {option.name: None}
            known |= {word: Definition(option, None) for word in (*names, *option.aliases)}
            known |= {word: Definition(option, choice) for word, choice in option.choices.items()}
        return known

    @property
    def phrases(self) -> Iterator[str]:
        """Return the words whose hyphens may be typed as blanks."""
        return (word for word, definition in self.definitions.items() if not definition.option.one_word)

    def define(self, word: str) -> Definition | None:
        """Return what the word means, in any case and with any dashes, or by its form (`720p`)."""
        known = self.definitions.get(word) or self.definitions.get(plain := folded(word))
        if known or word.isdecimal():
            return known
        for option in self._recognised:
            if option.recognise and (choice := option.recognise(plain)):
                return Definition(option, choice, is_foreign=True)
        return None

    def with_value(self, definition: Definition, value: str) -> Definition:
        """Return what the name of an option means before this value."""
        option = definition.option
        if not option.otherwise or (option.recognise and option.recognise(value)):
            return definition
        return self.definitions[option.otherwise]

    @cached_property
    def _recognised(self) -> Sequence[Option]:
        return [option for option in self.options if option.choices and option.recognise]

    def recognises(self, word: str) -> bool:
        """Return whether the word's form says that it is an option's value: `10m`."""
        return any(option.recognise and option.recognise(word) for option in self.options)

    def near(self, word: str, most: int = 2) -> Definition | None:
        """Return the definition of the nearest word, within `most` keystrokes."""
        return self.definitions.get(nearest(folded(word), self._own_words, most) or "")

    @cached_property
    def _own_words(self) -> Sequence[str]:
        return [
            word
            for word, definition in self.definitions.items()
            if definition.option.form and not definition.is_foreign and "=" not in word
            # `foo` is no misspelt `for`.
            if definition.choice or len(word) > _SHORTEST_NAME
        ]


def words_for(words_by_choice: Mapping[str, str]) -> dict[str, str]:
    """Return the choice of each word, from the words of each choice: `{"hd": "hd hq"}`."""
    return {word: choice for choice, words in words_by_choice.items() for word in words.split()}


def folded(word: str) -> str:
    """Return the word as the tables have it: lower case, hyphens inside, no dash before it, no underscore around it."""
    plain = word.casefold()
    return plain if plain.isalnum() else plain.strip("_").lstrip("-").translate(_HYPHENS)
