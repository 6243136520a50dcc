"""Read the words with a name: options and their values, in any place. Other words are positionals."""

import re

from bot.language.builder import CommandBuilder, Group
from bot.language.lexicon import FILLERS, NEGATIONS
from bot.language.tokens import MARKS, Token, bare
from bot.language.values import is_doubtful
from bot.language.vocabulary import Definition, Option, folded

UNKNOWN = "no such word: help lists them"

_NAMED = re.compile(rf"([\w{MARKS}-]+)([=:])(?!//)(.*)", re.ASCII | re.DOTALL)
_TRUTH = {
    **dict.fromkeys(("true", "yes", "on", "1"), "true"),
    **dict.fromkeys(("false", "no", "off", "0", "none"), "false"),
}
_SPOKEN = _TRUTH.keys() - {"0", "1", "none"}
"""What says yes or no as a word of its own: `audio off`."""


def read_options(tokens: list[Token], builder: CommandBuilder) -> None:
    """Read each word: options go to the builder's values, words without a name to its groups."""
    while tokens:
        tokens = _read(tokens[0], tokens[1:], builder)


def _read(token: Token, after: list[Token], builder: CommandBuilder) -> list[Token]:
    """Read the option or word that begins with this token, and return the tokens after it."""
    token = _without_parent(token, builder)
    definition, name, value = builder.vocabulary.define(token.text), token.text, ""
    mark = ""
    if definition is None and (found := _NAMED.fullmatch(token.text)):
        name, mark, value = bare(found[1]), found[2], bare(found[3])
    spoken = after[0].text if not value and after and not after[0].mark else ""
    is_its_value = spoken.casefold() in _SPOKEN and not builder.vocabulary.define(spoken)  # `stop 100 yes`
    if is_its_value and (_switched(name, spoken, builder) or (definition and not definition.option.literal)):
        token, value, after = builder.span(token, after[0]), spoken, after[1:]
    if switched := _switched(name, value, builder):
        return _read_option(switched, token, "", after, builder)
    asked = builder.vocabulary.define(name[:-1]) if name.endswith("?") else None
    if asked and asked.choice:  # `hd?`
        return _read_option(asked._replace(is_foreign=True), token, "", after, builder)
    if mark:
        definition = builder.vocabulary.define(name) or builder.vocabulary.define(f"{name}=")
        definition = definition or (_guess(name, builder) if mark == "=" else None)
    is_named = token.text.startswith("-") or ("=" in token.text and "://" not in token.text)
    if definition is None and is_named:
        definition, value = _guess(token.text, builder), ""
    if definition:
        return _read_option(definition, token, value, after, builder)
    if is_named:
        builder.refuse(token, UNKNOWN)
    else:
        if folded(token.text) in NEGATIONS and after and builder.lexicon.is_known(after[0].text):
            refused, after = after[0], after[1:]  # `no 720p`, `don't stop`
            builder.refuse(builder.span(token, refused), builder.vocabulary.refused.get(folded(token.text), UNKNOWN))
            builder.has_refused = True
            return after
        _read_unnamed(token, builder)
    return after


def _without_parent(token: Token, builder: CommandBuilder) -> Token:
    """Return the token without the object around a field of the API: `record_param.record_rule_id=5f5e`."""
    parent, _, field = token.text.partition(".")
    if folded(parent) in FILLERS and builder.vocabulary.define(re.split("[=:]", field)[0]):
        return token._replace(text=field, start=token.start + len(parent) + 1)
    return token


def _switched(name: str, value: str, builder: CommandBuilder) -> Definition | None:
    """Return what a switch such as `audio=off` or `hd=yes` means."""
    switch = _TRUTH.get(value.casefold())
    definition = builder.vocabulary.define(f"{name}={switch}") if switch else None
    if definition is None and switch == "true":
        definition = builder.vocabulary.define(name)
        return definition if definition and definition.choice else None
    return definition


def _guess(name: str, builder: CommandBuilder) -> Definition | None:
    near = builder.vocabulary.near(name)
    return near and near._replace(is_foreign=True)


def _read_option(
    definition: Definition, name: Token, value: str, after: list[Token], builder: CommandBuilder
) -> list[Token]:
    """Read an option: the word is a choice, or a name with its value in the same word or the next ones."""
    option, choice, is_foreign = definition
    if choice is None:
        return _read_value(definition, name, value, after, builder)
    if _TRUTH.get(value.casefold()) == "false":
        builder.add_problem(name, "leave it out", clear=len(set(option.choices.values())) == 1)
    elif value:
        builder.refuse(name, f"{option.written(choice)}, without a value?")
    elif name.text[:1] == "-" != name.text[1:2]:  # it may mean `without`
        builder.refuse(name, f"{option.written(choice)}? Then type it without the minus")
    elif is_foreign:
        builder.put_near(option, choice, name)
    else:
        builder.put(option, choice, name)
    return after


def _read_value(
    definition: Definition, name: Token, value: str, after: list[Token], builder: CommandBuilder
) -> list[Token]:
    definition = builder.vocabulary.with_value(definition, value or (after[0].text if after else ""))
    option, whole = definition.option, name
    if not value and after and _may_be_value(option, after[0].text, builder):
        value, whole, after = after[0].text, builder.span(name, after[0]), after[1:]
    if not value and option.choices and option.name in builder.values:
        return after  # `hd quality`
    if not value and option.recognise and (last := _last_unnamed(builder)) and option.recognise(last.text):
        builder.groups.pop()  # `10m idle`
        value, whole = last.text, builder.span(last, name)
    if not value:
        builder.refuse(name, f"{option.name} needs a value, as in {option.example}")
        builder.values.setdefault(option.name, [])
        return after
    if builder.is_implicit and folded(name.text) in FILLERS and is_doubtful(value):
        builder.doubtful = whole  # `user001 in lobby`
    builder.take(option, value, whole, is_foreign=definition.is_foreign)
    if option.noun and option.most == 1 and after:
        builder.ask_which(option, whole, after[0])
    return after


def _last_unnamed(builder: CommandBuilder) -> Token | None:
    tokens = builder.groups[-1].tokens if builder.groups else []
    return tokens[0] if len(tokens) == 1 else None


def _may_be_value(option: Option, text: str, builder: CommandBuilder) -> bool:
    if option.literal:
        return "=" not in text
    definition = builder.vocabulary.define(text)
    if option.choices:
        return definition is not None and definition.option is option and definition.choice is not None
    named = _NAMED.fullmatch(text)
    is_named = named and (named[2] == "=" or builder.vocabulary.define(bare(named[1])))
    return not is_named and builder.lexicon.is_free(text, builder.vocabulary)


def _read_unnamed(token: Token, builder: CommandBuilder) -> None:
    """Read a word without a name: it asks for something else, or is a positional."""
    vocabulary, lexicon = builder.vocabulary, builder.lexicon
    plain = folded(token.text)
    why = vocabulary.refused.get(plain)
    meant = lexicon.command(plain) or lexicon.asked_for(plain)
    if meant is vocabulary and (vocabulary is lexicon.default or not vocabulary.positionals):
        return  # `room 100 start user001`, `list recordings`
    for option in vocabulary.options:
        if option.by_form and option.recognise and option.recognise(token.text):
            builder.take(option, token.text, token)
            return
    if not why and lexicon.is_denied(plain, vocabulary):
        why = vocabulary.refused.get(plain.partition("-")[0], UNKNOWN)
    if meant and not why:
        why = meant if isinstance(meant, str) else f"{meant.name} goes first"
    if why:
        builder.refuse(token, why + builder.or_literal(token))
        builder.has_refused = True
        return
    into = None if " " in token.text else builder.list  # `100 user001,10 min`
    if isinstance(into, Option) and token.mark and into.literal:
        builder.take_listed(into, token)
    elif isinstance(into, Option) and token.mark and into.recognise and into.recognise(token.text):
        builder.take(into, token.text, token)
    elif isinstance(into, Group) and token.mark == ",":
        into.tokens.append(token)
    else:
        builder.list = Group([token], follows=token.mark == "\n" and isinstance(into, Group))
        builder.groups.append(builder.list)
