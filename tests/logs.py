"""Logging belongs to the whole process: a test that starts it puts everything back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from functions.aws.observability import start_logging


@contextmanager
def loggers_restored() -> Iterator[None]:
    """Inside, logging has not been started. Afterwards every logger is as it was before."""
    before = {logger: vars(logger).copy() for logger in _loggers()}
    handlers = {logger: logger.handlers.copy() for logger in before}
    start_logging.cache_clear()
    try:
        yield
    finally:
        start_logging.cache_clear()
        for logger in _loggers():
            own = before.get(logger)
            # Powertools marks a logger that it has set up, and would not do so again.
            for name in [name for name in vars(logger) if name == "init" or name.startswith("powertools_")]:
                delattr(logger, name)
            logger.handlers = handlers.get(logger, [])
            logger.propagate = own is None or own["propagate"]
            logger.setLevel(logging.NOTSET if own is None else own["level"])


def _loggers() -> list[logging.Logger]:
    known = logging.Logger.manager.loggerDict.values()
    return [logging.getLogger(), *(logger for logger in known if isinstance(logger, logging.Logger))]
