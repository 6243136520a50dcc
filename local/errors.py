"""The errors that a person at the command line reads: one clear line, never a traceback."""

from shared.command_line import OneLineError


class LocalError(OneLineError):
    """The local system can't do what was asked; the message says what is wrong, and where."""
