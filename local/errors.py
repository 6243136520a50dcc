"""The one family of errors that a person at the command line reads: a single clear line, never a traceback."""

from shared.command_line import OneLineError


class LocalError(OneLineError):
    """The local system can't be what was asked for; the message says what is wrong, and where."""
