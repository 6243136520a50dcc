"""What comes of the texts of a table: commands, or errors. A text that should be the other is named."""

from collections.abc import Iterable

from bot.language.corrections import CommandError
from bot.language.lexicon import Lexicon
from bot.language.normalising import from_slack
from bot.language.parser import Command, parse


def outcome(text: str, lexicon: Lexicon) -> Command | CommandError:
    """Return what comes of a text, be it a command or an error."""
    try:
        return parse(from_slack(text), lexicon)
    except CommandError as error:
        return error


def commands_of(texts: Iterable[str], lexicon: Lexicon) -> dict[str, Command]:
    """Return the commands of texts that must all be commands."""
    commands, errors = _sorted(texts, lexicon)
    assert not errors
    return commands


def errors_of(texts: Iterable[str], lexicon: Lexicon) -> dict[str, CommandError]:
    """Return the errors of texts that must not be commands."""
    commands, errors = _sorted(texts, lexicon)
    assert not commands
    return errors


def _sorted(texts: Iterable[str], lexicon: Lexicon) -> tuple[dict[str, Command], dict[str, CommandError]]:
    found = {text: outcome(text, lexicon) for text in texts}
    commands = {text: it for text, it in found.items() if isinstance(it, Command)}
    return commands, {text: it for text, it in found.items() if isinstance(it, CommandError)}
