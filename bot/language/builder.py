"""A command while it is parsed: the values and the problems found so far."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.language.corrections import CommandError, Problem, nearest, shown
from bot.language.lexicon import Lexicon
from bot.language.tokens import Token
from bot.language.values import Wrong, is_doubtful, is_id
from bot.language.vocabulary import Option, Vocabulary, folded

type Values = Mapping[str, Sequence[str]]
"""The canonical values of each option and positional, by its name. A name without values is left out."""


class Command(NamedTuple):
    """A sub-command's vocabulary and the values given to it."""

    vocabulary: Vocabulary
    values: Values


class Group(NamedTuple):
    """Words without a name in one list. `follows`: only a line end is between this group and the last one."""

    tokens: list[Token]
    follows: bool


class CommandBuilder:
    """Collects one text's values and problems. Values are canonical. For a problem the most likely value is used."""

    def __init__(self, plain: str, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.vocabulary = lexicon.default
        self.is_named = False
        """Whether the text names its sub-command."""
        self.values: dict[str, list[str]] = {}
        self.groups: list[Group] = []
        """The words without a name, which are the positionals."""
        self.list: Option | Group | None = None
        """The list to which a word after a comma belongs."""
        self.has_refused = False
        """Whether a word asks for something that recordbot can't do. It may be in a positional's place."""
        self.doubtful: Token | None = None
        """A room without a digit, and without `room` or `start` before it."""
        self.leaves_out_first = False
        """Whether the first positional is left out, since it has a default."""
        self.last_room: Token | None = None
        """The room of a second command, which is not read: `100 user001; 200 user002`."""
        self._given: dict[str, Token] = {}
        self._problems: list[Problem] = []
        self._is_clear = True
        self._plain = plain

    @property
    def is_implicit(self) -> bool:
        """Return whether the command is the default one only because the text names no other."""
        return self._is_default and not self.is_named

    def build(self) -> Command:
        """Return the command. Raises CommandError with all problems, and a correction if every problem has only one."""
        if not self._problems:
            return Command(self.vocabulary, self.values)
        corrected = None
        if self._is_clear and not self._may_hold_secret():
            corrected = write(Command(self.vocabulary, self.values), self.lexicon)
        problems = tuple(sorted(self._problems, key=lambda problem: problem.place))
        understood = {name: values for name, values in self.values.items() if values} if self._is_default else {}
        raise CommandError(problems, corrected, nothing=self.vocabulary.nothing, understood=understood)

    @property
    def _is_default(self) -> bool:
        return self.vocabulary is self.lexicon.default

    def _may_hold_secret(self) -> bool:
        """Return whether a value may not be repeated. Among any words there may be a push address, or a part of one."""
        if self.vocabulary.takes_any_words:
            return not all(self.lexicon.is_known(word) for words in self.values.values() for word in words)
        return any(option.secret and option.name in self.values for option in self.vocabulary.options)

    def add_problem(self, token: Token, message: str, *, given: str | None = None, clear: bool = True) -> None:
        """Add a problem. `given` is shown instead of the word; `clear` says that its correction is certain."""
        shown_word = self.shown(token.text) if given is None else given
        self._problems.append(Problem(shown_word, (token.start, token.end), message))
        self._is_clear = self._is_clear and clear

    def refuse(self, token: Token, message: str) -> None:
        """Add a problem that only the asker can solve."""
        self.add_problem(token, message, clear=False)
        self.list = None

    def put(self, option: Option, value: str, token: Token) -> None:
        """Give the option a canonical value. The same value twice is accepted; too many values are a problem."""
        self.list = option if option.most > 1 else None
        self._given.setdefault(option.name, token)
        values = self.values.setdefault(option.name, [])
        if value in values:
            return
        if len(values) < option.most:
            values.append(value)
            return
        too_many = f"at most {option.most} of {option.name}"
        if option.most == 1:
            too_many = f"{shown(option.written(values[0]))} or {shown(option.written(value))}, not both"
        if too_many not in {problem.message for problem in self._problems}:
            self.add_problem(token, too_many, clear=False)

    def shown(self, text: str) -> str:
        """Return the text as a problem may repeat it. Nothing after a secret's name in a quoted phrase is shown."""
        words = text.split()
        for place, word in enumerate(words):
            name, _, value = word.partition("=")
            own = self.vocabulary.define(name.strip("\"'"))
            definition = own or self.lexicon.default.define(name.strip("\"'"))
            is_secret = definition is not None and definition.option.secret and (value or place < len(words) - 1)
            if is_secret and (len(words) > 1 or own is None):
                return f"{shown(' '.join(words[:place]))} …".strip()
        return shown(text)

    def put_near(self, option: Option, choice: str, token: Token, *, clear: bool = True) -> None:
        """Give the option the choice that the word most likely means, with a problem: the word may be an id."""
        question = "" if clear else "?"
        self.add_problem(token, shown(option.written(choice)) + question + self.or_literal(token), clear=clear)
        self.put(option, choice, token)

    def take(self, option: Option, text: str, token: Token, *, is_foreign: bool = False) -> None:
        """Give the option the value typed as `text`. The token covers the option's name as well."""
        value = option.read(text) if option.read else self._read_choice(option, text)
        hidden = None if not option.secret else f"{option.name}={shown(text) if '://' in text else '…'}"
        if not isinstance(value, Wrong):
            if is_foreign:
                self.add_problem(token, hidden or option.written(value), given=hidden)
            self.put(option, value, token)
        elif value.nearest and (not option.literal or self.lexicon.is_free(value.nearest, self.vocabulary)):
            self.add_problem(token, value.why)
            self.put(option, value.nearest, token)
        else:
            self.add_problem(token, value.why, given=hidden, clear=False)
            self.values.setdefault(option.name, [])
            self.list = option if option.most > 1 else None

    def _read_choice(self, option: Option, text: str) -> str | Wrong:
        definition = self.vocabulary.define(text)
        if definition and definition.option is option and definition.choice:
            return Wrong(definition.choice, definition.choice) if definition.is_foreign else definition.choice
        near = option.choices.get(nearest(folded(text), option.choices) or "")
        return Wrong(near or "one of " + ", ".join(dict.fromkeys(option.choices.values())), near)

    def take_listed(self, option: Option, token: Token) -> None:
        """Take the next value of a list, unless it may be an option: `user001, hdd`, `user001, 10m`."""
        near = self.vocabulary.near(token.text, most=1)
        if near and near.choice:
            self.put_near(near.option, near.choice, token)
        elif token.text.isdecimal() or not self.take_recognised(token.text, token):
            self.take(option, token.text, token)

    def take_recognised(self, text: str, token: Token) -> bool:
        """Take a word without a name whose form says what it is: `10m`, `1 hour`, an address. It is a problem."""
        for option in self.vocabulary.options:
            if option.recognise and (value := option.recognise(text)):
                if option.read and isinstance(option.read(text), Wrong):
                    self.take(option, text, token)
                else:
                    self.put_near(option, value, token, clear=bool(option.choices) and not text.isdecimal())
                return True
        return False

    def ask_which(self, option: Option, first: Token, second: Token) -> None:
        """Add a problem if a second number follows the only value of an option as in a list: `room 100, 200`."""
        if first.text[-1:].isdecimal() and second.text.isdecimal() and second.mark:
            self.add_problem(self.span(first, second), f"only one {option.noun}: which?", clear=False)

    def was_given_after(self, option: Option, token: Token) -> bool:
        """Return whether the option's first value is after the token."""
        return option.name in self._given and self._given[option.name].start > token.start

    def or_literal(self, token: Token) -> str:
        """Return a question whether the word is an id, with the way to type that; an empty text if it can't be one."""
        literals = [option for option in self.vocabulary.positionals if option.literal]
        if not literals or not is_id(token.text) or token.text.startswith("--"):
            return ""
        is_first = not (self.groups or literals[0].default or literals[0].name in self.values)
        option = literals[0 if is_first else -1]
        return f" (or a {option.noun}? {option.written(token.text)})"

    def span(self, first: Token, last: Token) -> Token:
        """Return the text from the first token to the last as one token."""
        return first if first is last else Token(self._plain[first.start : last.end], first.start, last.end, first.mark)


def write(command: Command, lexicon: Lexicon) -> str:
    """Return the canonical text of a command. `parse` gives the same command for it."""
    vocabulary, values = command
    if vocabulary.takes_any_words:
        return " ".join([vocabulary.name, *values.get(vocabulary.positionals[0].name, ())])
    is_default = vocabulary is lexicon.default
    words = [] if is_default else [vocabulary.name]
    for option in vocabulary.positionals:
        said = values.get(option.name, ())
        is_time = option.most > 1 and bool(said) and vocabulary.recognises(said[0])  # `10m 10m` is one time
        if is_time or not _may_be_listed(said, vocabulary, lexicon) or _may_be_first(said, command):
            words += [option.written(value) for value in said]
        elif said:
            words.append(f"{option.name} {said[0]}" if is_default and option.most == 1 else ",".join(said))
    words += [option.written(value) for option in vocabulary.options for value in values.get(option.name, ())]
    return " ".join(words)


def _may_be_first(ids: Sequence[str], command: Command) -> bool:
    """Return whether an id may be taken for the first positional, which is left out."""
    first = command.vocabulary.positionals[0]
    is_left_out = first.default and not command.values.get(first.name)
    return bool(is_left_out and ids) and (is_doubtful(ids[0]) or any(map(str.isdecimal, ids)))


def _may_be_listed(ids: Sequence[str], vocabulary: Vocabulary, lexicon: Lexicon) -> bool:
    """Return whether each id is read as an id without its option's name."""
    return all(lexicon.is_free(value, vocabulary) for value in ids) and not any(
        vocabulary.near(value, most=1) or (not value.isdecimal() and vocabulary.recognises(value)) for value in ids[1:]
    )
