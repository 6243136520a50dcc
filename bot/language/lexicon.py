"""The words of all sub-commands together, and those that no sub-command has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.language.corrections import nearest
from bot.language.vocabulary import Definition, Vocabulary, folded

POLITE = frozenset(("please", "pls", "plz", "thanks", "thx", "thank-you"))
"""Words of a sentence that mean nothing anywhere, also behind an address."""
_SENTENCE = """
in of for with using the to at from me my now just could-you can-you would-you
will-you i-want-to want-to i-want i-need-to need-to i-need let-s can-i can-we may-i hey hi hello kindly named called id
stream recording record-param publish-param recordparam publishparam
"""
FILLERS = POLITE.union(_SENTENCE.split())
"""Words of a sentence that are ignored in a command."""
_SHORTEST_VERB = 6
"""Words near a shorter verb are verbs of another meaning: `edit` is no misspelt `exit`."""
JOINING = frozenset(("and", "und", "et", "&", "+"))
"""Words between two items of a list."""
NEGATIONS = frozenset(("no", "not", "without", "except", "don-t", "dont", "do-not", "never"))
"""Words that say the opposite of the word after them."""
ARTICLES = frozenset(("the", "a", "an", "any"))
"""Words that may stand within a phrase: `without the sound`."""


@dataclass(frozen=True)
class Lexicon:
    """The words of all sub-commands. The name of `default` may be left out; `empty` is for a text without words."""

    commands: tuple[Vocabulary, ...]
    default: Vocabulary
    empty: Vocabulary
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Words that ask for a sub-command, each with its name. There may be no sub-command of that name."""

    @cached_property
    def _by_word(self) -> Mapping[str, Vocabulary]:
        return {word: command for command in self.commands for word in (command.name, *command.aliases)}

    def command(self, word: str) -> Vocabulary | None:
        """Return the sub-command that the word names, in any case and with any dashes."""
        return self._by_word.get(word) or self._by_word.get(folded(word))

    def is_name(self, word: str) -> bool:
        """Return whether the word is the name of a sub-command, and not just another word for it."""
        return any(command.name == word for command in self.commands)

    def asked_for(self, word: str) -> Vocabulary | str | None:
        """Return the sub-command that the word asks for without naming it; if there is none, a text that says so."""
        name = self.elsewhere.get(folded(word))
        if name is None:
            return None
        *others, last = [command.name for command in self.commands]
        known = f"{', '.join(others)} and {last}" if others else last
        return self._by_word.get(name) or f"recordbot has no {name}, only {known}"

    def near_command(self, word: str) -> Vocabulary | str | None:
        """Return the sub-command of the nearest name or word, as `asked_for` does."""
        names = [name for name in self._by_word if len(name) > 1]
        verbs = [verb for verb in self.elsewhere if len(verb) >= _SHORTEST_VERB]
        near = nearest(folded(word), names) or nearest(folded(word), verbs, most=1)
        return None if near is None else self.command(near) or self.asked_for(near)

    @cached_property
    def _phrases(self) -> frozenset[str]:
        known = {word for command in self.commands for word in (*command.phrases, *command.refused)}
        return frozenset(word for word in {*known, *FILLERS, *self.elsewhere} if "-" in word and "=" not in word)

    @cached_property
    def phrase_words(self) -> frozenset[str]:
        """Return each word, folded, that is ignored, joins a list, or begins a phrase of several words."""
        return FILLERS | JOINING | {phrase.partition("-")[0] for phrase in self._phrases}

    @cached_property
    def plain_choices(self) -> Mapping[str, Definition]:
        """Return the words of the default sub-command that are a choice of ours, and never a part of a phrase."""
        return {
            word: definition
            for word, definition in self.default.definitions.items()
            if definition.choice and not definition.is_foreign and word.isalnum() and word not in self.phrase_words
        }

    @cached_property
    def after_address(self) -> frozenset[str]:
        """Return the words that end an address if they follow a comma or a semicolon in it."""
        words = {*POLITE, *self.default.definitions, *self.default.refused, *self._by_word}
        return frozenset(word for word in words if word[0].isalnum() and "=" not in word)

    def is_phrase(self, words: str) -> bool:
        """Return whether the words are a known phrase together."""
        return folded(words) in self._phrases

    def is_known(self, word: str) -> bool:
        """Return whether the word means something to a sub-command."""
        return self.command(word) is not None or any(command.define(word) for command in self.commands)

    def is_denied(self, word: str, of: Vocabulary) -> bool:
        """Return whether the word says the opposite of a word that has a meaning: `no-hd`."""
        negation, _, known = folded(word).partition("-")
        return negation in NEGATIONS and known != "" and bool(of.define(known) or self.command(known))

    def is_free(self, word: str, of: Vocabulary) -> bool:
        """Return whether the word has no meaning, so that it can be an id without its option's name."""
        plain = folded(word)
        return not (
            of.define(word)
            or word[:1] in "-@<"
            or plain in FILLERS
            or plain in JOINING
            or plain in of.refused
            or plain in self.elsewhere
            or self.command(word)
            or self.is_denied(word, of)
        )
