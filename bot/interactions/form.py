"""The form: a modal with a field for each option of a start. The fields are read as the command's options are.

It begins with what was typed, and with the channel's defaults. A field that still has its default counts as not typed.
So a preset that is chosen in the form wins over the channel's defaults, as it does in a command.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.commands.choices import ROOM, one_word_each
from bot.commands.defaults import PRESET, choose
from bot.commands.subcommand import Context
from bot.language.builder import CommandBuilder
from bot.language.corrections import CommandError
from bot.language.normalising import from_slack, normalise
from bot.language.parser import Values, parse
from bot.language.tokens import Token, bare
from bot.language.vocabulary import Option
from bot.messages.controls import Element
from bot.messages.views import ConversationField, Field, form

CHANNEL = "channel"
"""The field for the channel that gets the message. The other fields have the names of options."""
CALLBACK_ID = "start"
TITLE = "Start a recording"
_NOT_CHOSEN = "-"
"""The choice that says nothing: Slack's menus have no way to choose nothing again."""
_MOST_NAME = 80
_SEPARATORS = re.compile(r"[\s,;]+")


class Opened(BaseModel):
    """Where a form was opened. It comes back with the submission, as private_metadata."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    channel_id: str = ""
    """Empty if it was opened in no channel."""
    channel_name: Annotated[str, StringConstraints(max_length=_MOST_NAME)] = ""
    begins_with_defaults: bool = True
    """Whether its fields began with the channel's defaults."""

    def has_defaults_for(self, channel_id: str) -> bool:
        """Return whether the fields began with defaults that hold in this channel where the channel has none."""
        return self.begins_with_defaults and self.channel_id in {"", channel_id}

    def name_of(self, channel_id: str) -> str:
        """Return the name of this channel, if it is known."""
        return self.channel_name if channel_id == self.channel_id else ""


def opened_in(callback_id: str, metadata: str) -> Opened | None:
    """Return where a form was opened; None if it isn't a form of this version."""
    try:
        return Opened.model_validate_json(metadata) if callback_id == CALLBACK_ID else None
    except ValidationError:
        return None


def form_of(context: Context, typed: Values, channel_id: str, channel_name: str) -> Element:
    """Return the form of a channel, with what was typed there; an empty id is no channel."""
    begun = one_word_each({**_defaults(context, typed), **typed})
    has_defaults = PRESET.name not in typed
    opened = Opened(channel_id=channel_id, channel_name=channel_name[:_MOST_NAME], begins_with_defaults=has_defaults)
    fields = [_field(option, begun.get(option.name, ()), context) for option in _options(context)]
    return form(
        CALLBACK_ID,
        TITLE,
        "Start",
        [*fields, ConversationField(CHANNEL, "Channel", "Where the recording's message is posted", channel_id)],
        opened.model_dump_json(),
    )


def typed_in(text: str, context: Context) -> Values:
    """Return the values of a start that a message's text most likely means."""
    try:
        words, values = parse(from_slack(text), context.lexicon, context.command)
    except CommandError as error:
        return error.understood
    return values if words is context.lexicon.default else {}


def values_in(entered: Mapping[str, str], context: Context, begun: Context | None) -> Values:
    """Return the values of what was entered, by the names of fields. Raises CommandError with all problems.

    What still has a default of `begun` counts as not typed.
    """
    options = _options(context)
    builder = CommandBuilder("", context.lexicon)
    for place, option in enumerate(options):
        for text in _texts(option, entered.get(option.name, "")):
            builder.take(option, text, Token(text, place, place))
    if begun is not None:
        for name, default in _defaults(begun, {}).items():
            if builder.values.get(name) == list(default):
                del builder.values[name]
    for place, option in enumerate(options):
        if _is_required(option) and option.name not in builder.values:
            builder.refuse(Token("", place, place), f"the {option.name} is missing")
    if why := builder.vocabulary.conflict(builder.values):
        place = max((at for at, option in enumerate(options) if _is_in_conflict(option, why, builder)), default=0)
        builder.refuse(Token("", place, place), why)
    return builder.build().values


def errors_of(error: CommandError, context: Context) -> Mapping[str, str]:
    """Return what is wrong, by the names of the fields."""
    names = [option.name for option in _options(context)]
    errors: dict[str, list[str]] = {}
    for problem in error.problems:
        name = problem.option or names[problem.place[0]]
        entered = replace(problem, given=problem.given.removeprefix(f"{name}="))
        errors.setdefault(name, []).append(entered.line)
    return {name: "; ".join(dict.fromkeys(messages)) for name, messages in errors.items()}


def _options(context: Context) -> Sequence[Option]:
    """Return the options that have a field: all of a start, the presets only if there are some."""
    options = context.lexicon.default.all
    return [it for it in options if it.name != PRESET.name or context.defaults.presets]


def _defaults(context: Context, typed: Values) -> Values:
    """Return what the fields begin with where nothing was typed. What a typed preset chooses isn't shown."""
    channel = context.defaults.channel
    if PRESET.name in typed:
        return {} if channel is None or channel.room is None else {ROOM.name: [channel.room]}
    preset = {} if channel is None or channel.preset is None else {PRESET.name: [channel.preset]}
    return {**choose(typed, context).values, **preset}


def _field(option: Option, values: Sequence[str], context: Context) -> Field:
    choices = _choices(option, context)
    hint = option.form_help or f"{option.help[0].upper()}{option.help[1:]}"
    if option.secret and values:
        hint, values = f"Type it again: it is a secret, which is not copied. {hint}", ()
    field = Field(option.name, option.label or option.name.capitalize(), hint, is_required=_is_required(option))
    if not choices:
        separator = "\n" if option.secret else ", "
        return replace(field, value=separator.join(values), has_lines=option.most > 1)
    said = " ".join(values)
    offered = {"": "Default", **choices}
    offered.setdefault(said, said)
    return replace(field, value=said, choices=[(label, it or _NOT_CHOSEN) for it, label in offered.items()])


def _choices(option: Option, context: Context) -> Mapping[str, str]:
    if option.name == PRESET.name:
        return {name: name for name in sorted(context.defaults.presets)}
    return option.form_choices


def _is_required(option: Option) -> bool:
    return bool(option.question) and not option.default


def _texts(option: Option, entered: str) -> Sequence[str]:
    """Return the texts of the values in a field: several where an option has several, or a choice several words."""
    plain = normalise(entered)
    if option.secret:
        return plain.split()  # an address may contain commas
    if option.choices or option.name == PRESET.name:
        return [] if plain == _NOT_CHOSEN else plain.split()
    return [text for part in (_SEPARATORS.split(plain) if option.most > 1 else [plain]) if (text := bare(part))]


def _is_in_conflict(option: Option, why: str, builder: CommandBuilder) -> bool:
    """Return whether the values go together, or not for this reason, without the option's."""
    others = {name: values for name, values in builder.values.items() if name != option.name}
    return option.name in builder.values and builder.vocabulary.conflict(others) != why
