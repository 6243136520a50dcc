"""The words of a start -> a Draft: every option wherever it stands; other words go to bot/language/positionals.py."""

import re
from typing import NamedTuple

from bot.language.catalogue import FILLERS, NOT_OURS, PUSH, ROOM, START, USER, Option, Verb
from bot.language.corrections import nearest, shown
from bot.language.draft import Draft
from bot.language.lexicon import MEANINGS, Meaning, folded, is_reserved, meaning_of
from bot.language.positionals import Bare, seat
from bot.language.tokens import Word, listed_after, parts_of
from bot.language.values import Wrong, is_id

_NAMED = re.compile(r"([\w-]+)([=:])(.*)", re.DOTALL)
_NEXT_ADDRESS = re.compile(r"[,;](?=rtmps?://)", re.IGNORECASE)
_NEGATIVE = frozenset({"no", "off", "false", "0", "none"})
_PUNCTUATION = "!?.:,;()[]{}"
_UNKNOWN = "no such option: help lists them"


class _Said(NamedTuple):
    """A word that says something, and what that means: None for a reserved word that has no meaning here."""

    word: Word
    meaning: Meaning | None
    value: Word | None = None
    """The value written in the same word, as in `idle=10m`."""


def read_start(text: str, words: list[Word]) -> Draft:
    """What the words of a start say, slips noted and mended. `words` are those of `text` without the command's name."""
    draft = Draft(text)
    bare: list[Bare] = []
    position = _read_verb(draft, words[0])
    while position < len(words):
        said = _said(words[position])
        if said:
            position = _read(draft, said, words, position + 1, first=not bare and ROOM.name not in draft.values)
        else:
            added, after = listed_after(words, position + 1)
            bare.append(_ids_alone(draft, parts_of(words[position]) + added))
            position = after
    seat(draft, [group for group in bare if group])
    draft.finish()
    return draft


def _read_verb(draft: Draft, word: Word) -> int:
    """Pass over `start` as the first word; gives the position of what follows."""
    meaning = meaning_of(word.text)
    if meaning is None or meaning.of is not START:
        return 0
    if meaning.ours:
        readings = [meaning.ours, ROOM.written(word.text)]
        draft.slip(word, f"{readings[0]} (or the room? {readings[1]})", readings, mended=True)
    return 1


def _said(word: Word) -> _Said | None:
    """What the word says by itself, or None for a bare word."""
    if meaning := meaning_of(word.text):
        return _Said(word, meaning)
    if named := _NAMED.fullmatch(word.text):
        name, mark, value = named.groups()
        meaning = meaning_of(name) or (_guess(name) if mark == "=" else None)
        if meaning or mark == "=":
            return _Said(word, meaning, Word(value, word.end - len(value), word.end) if value else None)
    if word.text.startswith("-"):
        return _Said(word, _guess(word.text))
    if (trimmed := word.text.strip(_PUNCTUATION)) != word.text and (meaning := meaning_of(trimmed)):
        return _Said(word, meaning._replace(ours=meaning.choice or meaning.of.name))
    return _Said(word, None) if is_reserved(word.text) else None


def _guess(name: str) -> Meaning | None:
    ours = nearest(name)
    return MEANINGS[ours]._replace(ours=MEANINGS[ours].choice or MEANINGS[ours].of.name) if ours else None


def _read(draft: Draft, said: _Said, words: list[Word], after: int, *, first: bool) -> int:
    """Put what is said into the draft; gives the position behind it. `first`: a bare word here would be the room."""
    word, meaning, value = said
    if meaning is None or isinstance(meaning.of, Verb):
        _slip_reserved(draft, word, meaning, first=first)
        return after
    option = meaning.of
    if not (meaning.choice or option.is_flag):
        return _read_value(draft, said, option, words, after)
    ours = meaning.choice or option.name
    if value and value.text.casefold() in _NEGATIVE:
        draft.slip(word, "leave it out", mended=not meaning.choice)
        return after
    if value:
        draft.slip(word, f"{ours}, without a value", [ours], mended=True)
    elif meaning.ours:
        _slip_reserved(draft, word, meaning, first=first)
    draft.put(option, meaning.choice or "", word, slipped=bool(value or meaning.ours))
    return after


def _slip_reserved(draft: Draft, word: Word, meaning: Meaning | None, *, first: bool) -> None:
    plain = folded(word.text)
    readings: list[str] = []
    mended = meaning is not None or plain in FILLERS
    if meaning is None:
        message = NOT_OURS.get(plain) or ("leave it out" if plain in FILLERS else _UNKNOWN)
    elif isinstance(meaning.of, Verb):
        message = f"{meaning.of.name} goes first"
    else:
        message = meaning.ours or meaning.choice or meaning.of.name
        mended = bool(meaning.choice) or meaning.of.is_flag
        readings.append(message)
    if is_id(word.text) and not word.text.startswith("--"):
        literal = (ROOM if first else USER).written(word.text)
        message += f" (or {'the room' if first else 'a person'}? {literal})"
        readings.append(literal)
    draft.slip(word, message, readings, mended=mended)


def _ids_alone(draft: Draft, group: Bare) -> Bare:
    """The group without words that mean something of their own and without Slack's mentions: slips, both of them."""
    ids: Bare = []
    for word in group:
        meaning = meaning_of(word.text)
        if word.text.startswith(("@", "<@")):
            draft.put_id(USER, word)
        elif not is_reserved(word.text):
            ids.append(word)
        else:
            _slip_reserved(draft, word, meaning, first=False)
            if meaning and isinstance(meaning.of, Option) and (meaning.choice or meaning.of.is_flag):
                draft.put(meaning.of, meaning.choice or "", word, slipped=True)
    return ids


def _read_value(draft: Draft, said: _Said, option: Option, words: list[Word], after: int) -> int:
    name, meaning, value = said
    if value is None and after < len(words) and words[after].text == "=":
        after += 1
    if value is None and after < len(words) and _may_be_value(option, words[after].text):
        text = words[after].text.removeprefix("=")
        value = Word(text, words[after].end - len(text), words[after].end)
        after += 1
    if value is None:
        draft.slip(name, f"{option.name} needs a value, as in {option.example}")
        draft.values.setdefault(option.name, [])
        return after
    whole = Word(draft.text[name.start : value.end], name.start, value.end)
    if option is USER:
        if meaning and meaning.ours:
            ours = shown(USER.written(value.text))
            draft.slip(whole, ours, [ours], mended=True)
        added, after = listed_after(words, after)
        for word in [*parts_of(value), *_ids_alone(draft, added)]:
            draft.put_id(USER, word)
        return after
    if value.text.isdecimal() and after < len(words) and words[after].text.casefold() in option.units:
        value = Word(value.text + words[after].text, value.start, words[after].end)
        after += 1
        whole = Word(draft.text[name.start : value.end], name.start, value.end)
    for text in _NEXT_ADDRESS.split(value.text) if option is PUSH else [value.text]:
        _put_value(draft, option, text, whole, foreign=bool(meaning and meaning.ours))
    return after


def _may_be_value(option: Option, text: str) -> bool:
    if option.literal or text.startswith("="):
        return "=" not in text[1:]
    meaning = meaning_of(text)
    if option.words:
        return meaning is not None and meaning.of is option and meaning.choice is not None
    return _said(Word(text, 0, len(text))) is None


def _put_value(draft: Draft, option: Option, text: str, whole: Word, *, foreign: bool) -> None:
    """Give the option the value typed as `text`; `whole` is its name and value as they stand in the command."""
    value = option.read(text) if option.read else _choice(option, text)
    masked = f"{option.name}={shown(text) if '://' in text else '…'}" if option.secret else None
    given = masked and (shown(whole.text) if "://" in text else masked)
    if not isinstance(value, Wrong):
        if foreign:
            ours = masked or option.written(value)
            draft.slip(whole, ours, [ours], given=given, mended=True)
        draft.put(option, value, whole, slipped=foreign)
    elif value.nearest:
        draft.slip(whole, value.why, [option.written(value.nearest)], mended=True)
        draft.put(option, value.nearest, whole, slipped=True)
    else:
        draft.slip(whole, value.why, given=given)
        draft.values.setdefault(option.name, [])


def _choice(option: Option, text: str) -> str | Wrong:
    meaning = meaning_of(text)
    if meaning and meaning.of is option and meaning.choice and not meaning.ours:
        return meaning.choice
    ours = meaning.choice if meaning and meaning.of is option else nearest(text, option.words)
    return Wrong(ours or "one of " + ", ".join(option.words), ours)
