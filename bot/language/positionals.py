"""The bare words' seats: which of the words that are no options is the room, and which one lists the users.

Exactly one place holds users, and any further bare word is a slip: `hdd` is as good an id as any, so it is either an
option misspelt or one more person, and only the asker knows. `user=` behind that place adds a person, since it is one
of the two readings that the slip offers.
"""

from bot.language.catalogue import IDLE, PUSH, ROOM, USER, Option, Verb
from bot.language.corrections import nearest, shown
from bot.language.draft import Draft
from bot.language.lexicon import MEANINGS
from bot.language.tokens import Word
from bot.language.values import Wrong, is_id

type Bare = list[Word]
"""Bare words listed with commas: one or more ids."""


def seat(draft: Draft, groups: list[Bare]) -> None:
    """Give room and users the groups that are theirs, in the order of the text, and note what is left over."""
    if len(groups) > _free(draft) and _misspelt(groups[0]):
        _mend(draft, groups, 0)
    groups = _lines_joined(draft, groups)
    for at in reversed(range(len(groups))):
        if len(groups) > _free(draft) and _misspelt(groups[at]):
            _mend(draft, groups, at)
    if groups and ROOM.name not in draft.values:
        _seat_room(draft, groups)
    if groups and (not draft.values.get(USER.name) or draft.named_after(USER, groups[0][0])):
        _seat_users(draft, groups.pop(0))
    for group in groups:
        _slip_left_over(draft, group)


def _free(draft: Draft) -> int:
    return (ROOM.name not in draft.values) + (not draft.values.get(USER.name))


def _misspelt(group: Bare) -> str | None:
    return nearest(group[0].text) if len(group) == 1 else None


def _lines_joined(draft: Draft, groups: list[Bare]) -> list[Bare]:
    """Groups that only a line end parts are one list of users, unless the later one could be a misspelt option."""
    joined: list[Bare] = []
    has_room = ROOM.name in draft.values
    for group in groups:
        seats_users = len(joined) > (not has_room)
        if seats_users and draft.text[joined[-1][-1].end : group[0].start] == "\n" and not _misspelt(group):
            joined[-1] += group
        else:
            joined.append(group)
    return joined


def _mend(draft: Draft, groups: list[Bare], at: int) -> None:
    """Take the misspelt word out of the groups, with its value if that follows, and put what it most likely says."""
    [word] = groups.pop(at)
    meaning = MEANINGS[_misspelt([word]) or ""]
    literal = [USER.written(word.text)] if (at or ROOM.name in draft.values) and is_id(word.text) else []
    if isinstance(meaning.of, Verb):
        _slip_either(draft, word, meaning.of.name, literal)
        return
    option = meaning.of
    if option.read:
        following = groups[at][0] if at < len(groups) and len(groups[at]) == 1 else None
        value = option.read(following.text) if following else Wrong("")
        if following is None or isinstance(value, Wrong) or not draft.text[word.end : following.start].isspace():
            draft.slip(word, " ".join([f"{option.name}=…", *_or_person(literal)]), literal)
            return
        del groups[at]
        word = Word(draft.text[word.start : following.end], word.start, following.end)
        literal = []
    else:
        value = meaning.choice or ""
    _slip_either(draft, word, option.written(value), literal)
    draft.put(option, value, word, slipped=True)


def _seat_room(draft: Draft, groups: list[Bare]) -> None:
    first, *others = groups.pop(0)
    if others:
        whole = Word(draft.text[first.start : others[-1].end], first.start, others[-1].end)
        spaced = shown(f"{first.text} {','.join(word.text for word in others)}")
        draft.slip(whole, f"{spaced} (only users are listed with commas)", [spaced], mended=True)
        groups.insert(0, others)
    draft.put_id(ROOM, first)


def _seat_users(draft: Draft, group: Bare) -> None:
    named = draft.values.pop(USER.name, [])
    for word in group:
        draft.put_id(USER, word)
    for user in named:
        draft.put(USER, user, group[-1])


def _slip_left_over(draft: Draft, group: Bare) -> None:
    whole = Word(draft.text[group[0].start : group[-1].end], group[0].start, group[-1].end)
    people = ",".join(word.text for word in group)
    literal = [USER.written(people)] if all(is_id(word.text) for word in group) else []
    for option in (IDLE, PUSH):
        if len(group) == 1 and not people.isdecimal() and (value := _valid(option, people)):
            _slip_either(
                draft, whole, shown(option.written(value)) if option.secret else option.written(value), literal
            )
            draft.put(option, value, whole, slipped=True)
            return
    if not literal:
        draft.slip(whole, "no word of this command: help lists them")
        return
    draft.slip(whole, f"another person? {literal[0]}", literal, mended=True)
    for word in group:
        draft.put(USER, word.text, whole)


def _valid(option: Option, text: str) -> str | None:
    value = option.read(text) if option.read else None
    return value if isinstance(value, str) else None


def _slip_either(draft: Draft, word: Word, ours: str, literal: list[str]) -> None:
    draft.slip(word, " ".join([ours, *_or_person(literal)]), [ours, *literal], mended=True)


def _or_person(literal: list[str]) -> list[str]:
    return [f"(or a person? {reading})" for reading in literal]
