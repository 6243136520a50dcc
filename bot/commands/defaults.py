"""What a start means where it says nothing else: presets, and the defaults of a channel.

What is typed wins over a preset that is typed, that over what the channel's entry chooses, and that over the channel's
preset. What nobody chose has the deployment's settings, or RTC's defaults.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.commands.choices import IDLE, NO_AUDIO, QUALITY, ROOM, RULE, SOURCE
from bot.commands.subcommand import Context
from bot.commands.times import FOR, UNTIL
from bot.language.corrections import nearest
from bot.language.lexicon import Lexicon
from bot.language.parser import Values
from bot.language.values import Wrong, write_time
from bot.language.vocabulary import Option, Vocabulary
from bot.messages.blocks import Line
from shared.presets import Choices, Defaults

_AUDIO = frozenset(("audio", "audio-only"))
_ANSWERS = frozenset(("yes", "on", "true", "no", "off", "false"))
"""Words that switch the word before them, as in `audio off`."""

PRESET = Option(
    name="preset",
    form="[preset=NAME]",
    help="use this preset of the team's configuration; the name alone works if no other option has it",
    form_help="A preset of the team's configuration; what you choose in the other fields wins",
    example="100 user001 preset=lecture",
    read=lambda text: text.casefold(),
)


def with_defaults(lexicon: Lexicon, presets: Sequence[str], room: str) -> Lexicon:
    """Return the lexicon that knows the names of the presets, and the room that may be left out; empty for none."""
    start = lexicon.default
    words = {name: name for name in presets if _is_free(name, lexicon)}
    example = f"100 user001 {PRESET.name}={presets[0]}" if presets else PRESET.example
    preset = replace(
        PRESET, choices=words, read=lambda text: _read_preset(text, presets), one_word=True, example=example
    )
    first, *others = start.positionals
    known = replace(
        start,
        positionals=(replace(first, default=room), *others),
        options=tuple(preset if option is PRESET else option for option in start.options),
    )
    return replace(lexicon, commands=tuple(known if it is start else it for it in lexicon.commands), default=known)


def _is_free(name: str, lexicon: Lexicon) -> bool:
    """Return whether the name alone can mean the preset. A word of the grammar keeps its meaning."""
    start = lexicon.default
    is_a_word = start.define(f"{name}=") or start.recognises(name) or name in _ANSWERS
    return lexicon.is_free(name, start) and not is_a_word


def _read_preset(text: str, presets: Sequence[str]) -> str | Wrong:
    name = text.casefold()
    if name in presets:
        return name
    near = nearest(name, presets)
    if near is not None:
        return Wrong(f"{PRESET.name}={near}", near)
    return Wrong("no such preset: presets lists them" if presets else "the team's configuration has no presets")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The values of a start, and where those come from that were not typed."""

    values: Values
    origins: Mapping[str, str]
    """The origin of each such value, by its option's name."""


def choose(values: Values, context: Context) -> Chosen:
    """Return the values with those of the presets, the channel and the settings."""
    chosen, origins = dict(values), dict[str, str]()
    for origin, choices in _layers(next(iter(values.get(PRESET.name, ())), None), context):
        added = {name: value for name, value in choices.items() if not _is_decided(name, value, chosen)}
        chosen |= {name: [value] for name, value in added.items()}
        origins |= dict.fromkeys(added, origin)
    return Chosen(chosen, origins)


def _layers(typed: str | None, context: Context) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give what is chosen besides what is typed, with its origin; what wins comes first."""
    defaults = context.defaults
    if typed is not None:
        yield _preset(typed, defaults)
    if defaults.channel is not None:
        room = {} if defaults.channel.room is None else {ROOM.name: defaults.channel.room}
        yield "this channel", {**room, **typed_as(defaults.channel)}
        if typed is None and defaults.channel.preset is not None:
            yield _preset(defaults.channel.preset, defaults)
    rule = {RULE.name: context.record_rule_id} if context.record_rule_id else {}
    yield "the settings", {IDLE.name: write_time(context.idle_default), **rule}


def _preset(name: str, defaults: Defaults) -> tuple[str, Mapping[str, str]]:
    return f"preset {name}", typed_as(defaults.presets[name])


def _is_decided(name: str, value: str, chosen: Values) -> bool:
    """Return whether it is chosen already, by another option too: `until` ends it, and `audio-only` has its sound."""
    if name == FOR.name and UNTIL.name in chosen:
        return True
    is_silent = name == NO_AUDIO.name and value == NO_AUDIO.name
    return name in chosen or (is_silent and not _AUDIO.isdisjoint(chosen.get(SOURCE.name, ())))


def typed_as(choices: Choices) -> Mapping[str, str]:
    """Return the choices as the values of the options that say them."""
    sound = None if choices.sound is None else "with-audio" if choices.sound else NO_AUDIO.name
    said = {
        QUALITY.name: choices.quality,
        SOURCE.name: "audio-only" if choices.picture == "none" else choices.picture,
        NO_AUDIO.name: sound,
        RULE.name: choices.rule,
        IDLE.name: _written(choices.idle),
        FOR.name: _written(choices.for_),
    }
    return {name: value for name, value in said.items() if value is not None}


def _written(length: timedelta | None) -> str | None:
    return None if length is None else write_time(int(length.total_seconds()))


def said(choices: Choices, words: Vocabulary) -> str:
    """Return the choices as a person would type them."""
    values = typed_as(choices)
    return " ".join(option.written(values[option.name]) for option in words.options if option.name in values)


def said_origins(chosen: Chosen, context: Context) -> list[Line]:
    """Return where the values come from that were not typed, each as a person would type it."""
    words: dict[str, list[str]] = {}
    for option in context.lexicon.default.all:
        if option.name in chosen.origins:
            (value,) = chosen.values[option.name]
            words.setdefault(chosen.origins[option.name], []).append(option.written(value))
    return [[f"from {origin}: {' '.join(said)}"] for origin, said in words.items()]
