"""Assign the words without a name to the positionals, in order, and report what is left over or missing.

Users are in exactly one place. Any further word is a problem: `hdd` may be a misspelt option or one more user, and only
the asker knows. `user=` after that place adds a user, because the answer suggests this form.

The first positional may have a default, such as the room of a channel. Then one word, or one list, can stand for the
second one alone: `user001`. A number before it is the first one: `200 user001`. Anything else is asked back.
"""

from itertools import takewhile

from bot.language.builder import CommandBuilder, Group
from bot.language.corrections import shown
from bot.language.options import UNKNOWN
from bot.language.tokens import Token
from bot.language.values import Wrong, is_doubtful, is_id
from bot.language.vocabulary import Option

SECOND = "a second command? One at a time"


def read_positionals(builder: CommandBuilder) -> None:
    """Give each positional its words, in the order of the text, and add a problem for each word that is left over."""
    groups, positionals = builder.groups, builder.vocabulary.positionals
    _take_out_other_words(builder)
    if positionals and positionals[0].default and positionals[0].name not in builder.values and groups:
        _leave_out_first(builder)
    for option in positionals:
        is_given = option.name in builder.values
        if groups and option.most == 1 and not is_given and not builder.leaves_out_first:
            _read_single(option, builder)
        elif groups and option.most > 1 and (not is_given or builder.was_given_after(option, groups[0].tokens[0])):
            _read_list(option, builder)
    if groups and (builder.last_room or (len(groups) > 1 and groups[0].tokens[0].mark)):
        words = [token for group in groups for token in group.tokens]
        first = builder.last_room or words[0]
        given = " ".join(token.text for token in dict.fromkeys((first, *words)))
        builder.add_problem(builder.span(first, words[-1]), SECOND, given=shown(given), clear=False)
        return
    for group in groups:
        _report_left_over(group.tokens, builder)


def _take_out_other_words(builder: CommandBuilder) -> None:
    """Remove the words that are no ids from the groups, each with a problem: times, misspelt options, a verb."""
    groups, positionals = builder.groups, builder.vocabulary.positionals
    for group in groups[:]:
        [token, *others] = group.tokens
        if " " in token.text and not others and builder.take_recognised(token.text, token):
            groups.remove(group)  # `30 min` is no room and user
    missing = [option for option in positionals if option.name not in builder.values]
    is_number_first = bool(groups) and groups[0].tokens[0].text.isdecimal()
    free = sum(not option.default or is_number_first for option in missing)
    for at in reversed(range(len(groups))):
        if len(groups) > free and len(groups[at].tokens) == 1:
            _read_misspelt(at, builder)
    verbs = list(takewhile(_may_be_verb, groups)) if builder.is_implicit else []
    if verbs and free and len(groups) - len(verbs) >= free:  # `bitte starte 100 user001`
        del groups[: len(verbs)]
        for [verb] in (group.tokens for group in verbs):
            literal = f" (or a {positionals[0].noun}? {positionals[0].name} {verb.text})" if is_id(verb.text) else ""
            if not builder.take_recognised(verb.text, verb):
                builder.refuse(verb, UNKNOWN + literal)


def _leave_out_first(builder: CommandBuilder) -> None:
    """Decide whether the words leave out the first positional. If that isn't clear, they are asked back."""
    first, second = builder.vocabulary.positionals[:2]
    for group in builder.groups[1:]:
        if len(group.tokens) == 1 and builder.take_recognised(group.tokens[0].text, group.tokens[0]):
            builder.groups.remove(group)  # `user001 10m`
    tokens = [token for group in builder.groups for token in group.tokens]
    typed = tokens[0].text
    is_alone = len(builder.groups) == 1 and second.name not in builder.values
    if typed.isdecimal() and not is_alone:
        return
    builder.leaves_out_first = True
    is_clear = is_alone and not is_doubtful(typed) and not any(token.text.isdecimal() for token in tokens)
    if is_clear or not all(is_id(token.text) for token in tokens):
        return
    builder.groups.clear()
    listed = second.written(",".join(token.text for token in tokens))
    each = "" if len(tokens) == 1 else "each "
    message = f"{each}a {second.noun}? {listed} (or a {first.noun}? {first.written(typed)} …)"
    builder.refuse(builder.span(tokens[0], tokens[-1]), message)
    builder.has_refused = True


def _may_be_verb(group: Group) -> bool:
    """Return whether a word may be one too many before a room and its users: `grabar 100 user001`, `@bot 100 ann`."""
    [token, *others] = group.tokens
    return not others and (is_doubtful(token.text) or not is_id(token.text))


def _read_misspelt(at: int, builder: CommandBuilder) -> None:
    """Remove a misspelt option from the groups, with its value if that follows, and add a problem."""
    [token] = builder.groups[at].tokens
    near = builder.vocabulary.near(token.text)
    if near is None:
        return
    del builder.groups[at]
    option, choice = near.option, near.choice
    if choice is not None:
        builder.put_near(option, choice, token)
        return
    following = builder.groups[at].tokens if at < len(builder.groups) else []
    value = option.read(following[0].text) if option.read and len(following) == 1 else Wrong("")
    if isinstance(value, Wrong):
        builder.refuse(token, f"{option.name}=…" + builder.or_literal(token))
    else:
        del builder.groups[at]
        builder.put_near(option, value, builder.span(token, following[0]))


def _read_single(option: Option, builder: CommandBuilder) -> None:
    """Give the first word to a positional with one value."""
    first, *others = builder.groups[0].tokens
    if others and not first.text.isdecimal():
        return  # a list of users, and the room is missing
    del builder.groups[0]
    if others:
        spaced = shown(f"{first.text} {','.join(token.text for token in others)}")
        clear = option.literal and not any(token.text.isdecimal() for token in others)  # `12,13`: two rooms, two jobs?
        message = f"{spaced}{'' if clear else '?'} (only one {option.noun or option.name})"
        builder.add_problem(builder.span(first, others[-1]), message, clear=clear)
        builder.groups.insert(0, Group(others, follows=False))
    builder.take(option, first.text, first)
    if not option.literal and first.text.isdecimal() and builder.groups and builder.groups[0].follows:
        builder.ask_which(option, first, builder.groups[0].tokens[0])
    if builder.is_implicit and is_doubtful(first.text):
        builder.doubtful = first


def _read_list(option: Option, builder: CommandBuilder) -> None:
    """Give the next words to a positional with several values. Values of a later `user=` come after them."""
    first, *others = builder.groups.pop(0).tokens
    while builder.groups and builder.groups[0].follows:
        others += builder.groups.pop(0).tokens
    named = builder.values.pop(option.name, [])
    if others and builder.groups and others[-1].text.isdecimal() and not builder.groups[0].tokens[0].mark:
        builder.last_room = others.pop()  # `100 user001; 200 user002`
    builder.take(option, first.text, first)
    for token in others:
        builder.take_listed(option, token)
    for value in named:
        builder.put(option, value, first)


def _report_left_over(tokens: list[Token], builder: CommandBuilder) -> None:
    whole = builder.span(tokens[0], tokens[-1])
    text = ",".join(token.text for token in tokens)
    if builder.take_recognised(text, whole):
        return
    if not builder.vocabulary.positionals:
        builder.refuse(whole, UNKNOWN)
        return
    last = builder.vocabulary.positionals[-1]
    wrong = [why for token in tokens if last.read and isinstance(why := last.read(token.text), Wrong)]
    if last.literal and last.most > 1 and not wrong:
        builder.refuse(whole, f"another {last.noun}? {last.written(text)}")
    else:
        builder.refuse(whole, wrong[0].why if wrong else UNKNOWN)


def ask_for_missing(tokens: list[Token], builder: CommandBuilder) -> None:
    """Add the problems that only all words together show: missing positionals, and values in conflict."""
    vocabulary, values = builder.vocabulary, builder.values
    missing = [it for it in vocabulary.positionals if it.question and not it.default and it.name not in values]
    end = Token("", tokens[-1].end, tokens[-1].end)
    if len(missing) > 1:
        names = " and the ".join(option.name for option in missing)
        builder.refuse(end, f"the {names} are missing, as in {vocabulary.example}")
    elif missing and not builder.has_refused:
        said = {name: given[0] for name, given in values.items() if given}
        defaults = {option.name: option.default for option in vocabulary.positionals}
        is_whole = len(said) == len(values)
        question = (
            missing[0].question.format(**defaults | said) + _or_called_like_an_option(tokens[0].text, said, builder)
            if is_whole
            else ""
        )
        builder.refuse(end, f"the {missing[0].name} is missing" + (f": {question}" if question else ""))
    elif builder.doubtful and not missing:
        room = vocabulary.positionals[0].name
        clear = not any(value.isdecimal() for given in values.values() for value in given)  # `join 100` names the room
        builder.add_problem(builder.doubtful, f"a {room}? Then type {room} {shown(values[room][0])}", clear=clear)
    if not builder.has_refused and (why := vocabulary.conflict(values)):
        builder.refuse(end, why)


def _or_called_like_an_option(first: str, said: dict[str, str], builder: CommandBuilder) -> str:
    """Return what else `hd user001` could mean, as a question, or an empty text."""
    definition, room = builder.vocabulary.define(first), builder.vocabulary.positionals[0]
    if builder.is_named or not is_id(first) or not (definition and definition.choice) or room.name not in said:
        return ""
    return f" (or a {room.noun} called {first}? {room.name} {first} {said[room.name]})"
