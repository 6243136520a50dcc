"""Logging belongs to the whole process: a test that starts it puts everything back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loggers_restored() -> Iterator[None]:
    """Afterwards every logger that exists has the handlers, the level and the propagation that it had before."""
    before = {logger: (logger.handlers.copy(), logger.level, logger.propagate) for logger in _loggers()}
    yield
    for logger in _loggers():
        handlers, level, propagate = before.get(logger, ([], logging.NOTSET, True))
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def _loggers() -> list[logging.Logger]:
    known = logging.Logger.manager.loggerDict.values()
    return [logging.getLogger(), *(logger for logger in known if isinstance(logger, logging.Logger))]
