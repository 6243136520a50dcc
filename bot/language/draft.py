"""A command in the making: the values read so far, the slips found so far, and the text that says the values."""

from collections.abc import Iterable, Mapping, Sequence

from bot.language.catalogue import NO_AUDIO, OPTIONS, ROOM, SOURCE, USER, Option
from bot.language.corrections import CommandError, Problem, shown
from bot.language.lexicon import is_reserved
from bot.language.tokens import Word
from bot.language.values import Wrong, is_id, read_id


class Draft:
    """Canonical values by option name, with the slips that were mended to get them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.values: dict[str, list[str]] = {}
        self.problems: list[Problem] = []
        self.mended = True
        """Whether every slip so far had a nearest reading, which then is among the values."""
        self._written: dict[str, Word] = {}

    def slip(
        self, word: Word, message: str, readings: Sequence[str] = (), *, given: str | None = None, mended: bool = False
    ) -> None:
        """Note a slip at `word`. `given` is shown in its place where the word itself may not be."""
        self.problems.append(
            Problem(shown(word.text) if given is None else given, (word.start, word.end), message, tuple(readings))
        )
        self.mended = self.mended and mended

    def put(self, option: Option, value: str, word: Word, *, slipped: bool = False) -> None:
        """Give the option a value, which stands at `word`; the same again is fine, another one is a slip.

        The first one given stays. `slipped` says that the word has been noted as a slip already.
        """
        values = self.values.setdefault(option.name, [])
        if value in values:
            return
        if len(values) < option.most:
            values.append(value)
            self._written.setdefault(option.name, word)
        elif slipped:
            return
        elif option.most == 1:
            either = [option.written(values[0]), option.written(value)]
            self.slip(word, f"{either[0]} or {either[1]}, not both", either, mended=True)
        elif (message := f"at most {option.most} of {option.name}") not in {
            problem.message for problem in self.problems
        }:
            self.slip(word, message)

    def put_id(self, option: Option, word: Word) -> None:
        """Give the room or the user the id that stands at `word`."""
        value = read_id(word.text)
        if not isinstance(value, Wrong):
            self.put(option, value, word)
        elif value.nearest:
            self.slip(word, f"{value.nearest} ({value.why})", [value.nearest], mended=True)
            self.put(option, value.nearest, word, slipped=True)
        else:
            self.slip(word, value.why)
            self.values.setdefault(option.name, [])

    def finish(self) -> None:
        """Note what can only be said of the whole: what is missing, and audio without audio."""
        if self.values.get(SOURCE.name) == ["audio"] and NO_AUDIO.name in self.values:
            later = max(self._written[SOURCE.name], self._written[NO_AUDIO.name], key=lambda word: word.start)
            readings = ["audio", NO_AUDIO.name]
            self.slip(later, "audio or no-audio, not both: nothing would be recorded", readings, mended=True)
            del self.values[SOURCE.name if later is self._written[SOURCE.name] else NO_AUDIO.name]
        missing = [option.name for option in (ROOM, USER) if option.name not in self.values]
        if missing:
            self._ask_for(missing)

    def _ask_for(self, missing: list[str]) -> None:
        who = " and the ".join(missing) + (" are" if len(missing) > 1 else " is") + " missing"
        nowhere = Word("", len(self.text), len(self.text))
        if not self.values.get(ROOM.name):
            self.slip(nowhere, f"the {who}, as in 100 user001")
            return
        room = self._written[ROOM.name]
        asked = f"who in room {self.values[ROOM.name][0]}?"
        if option := self._perhaps_the_room(room):
            whole = Word(self.text[option.start : room.end], option.start, room.end)
            reading = f"{ROOM.name} {option.text} {room.text}"
            self.slip(whole, f"{asked} (or a room called {option.text}? {reading})", [reading])
        else:
            self.slip(nowhere, f"the {who}: {asked}")

    def _perhaps_the_room(self, room: Word) -> Word | None:
        """The `hd` of `hd user001`: an option's word that could be an id, right before the bare word of the room."""
        if not is_id(room.text):
            return None
        before = (word for word in self._written.values() if self.text[word.end : room.start].isspace())
        return next((word for word in before if is_id(word.text) and not word.text.startswith("-")), None)

    def named_after(self, option: Option, word: Word) -> bool:
        """Whether the option has been given, and its first value stands behind `word`."""
        return option.name in self._written and self._written[option.name].start > word.start

    def error(self) -> CommandError:
        """The slips in the order of the text, and the corrected command where one may be shown."""
        secret = any(option.secret and option.name in self.values for option in OPTIONS)
        corrected = write(self.values) if self.mended and not secret else None
        return CommandError(tuple(sorted(self.problems, key=lambda problem: problem.place)), corrected)


def write(values: Mapping[str, Sequence[str]]) -> str:
    """The canonical text of a start with these values: room, users, then the options in the catalogue's order."""
    options = [option.written(value) for option in OPTIONS[2:] for value in values.get(option.name, ())]
    return " ".join([f"{ROOM.name} {values[ROOM.name][0]}", _people(values[USER.name]), *options])


def _people(users: Iterable[str]) -> str:
    users = list(users)
    people = ",".join(users)
    return USER.written(people) if any(is_reserved(user) for user in users) else people
