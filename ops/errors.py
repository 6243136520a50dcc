"""The errors that an operator reads: one clear line, and an exit status for scripts."""

from shared.command_line import OneLineError


class OpsError(OneLineError):
    """The command can't be carried out. The message says what is wrong, and where."""


class NotThere(OpsError):
    """AWS knows no such thing."""


class BadSecret(OpsError):
    """A secret is not filled, or has the wrong content."""


class OpsConflict(OpsError):
    """Somebody else has changed the same thing since it was read. Nothing was written."""

    status = 3
