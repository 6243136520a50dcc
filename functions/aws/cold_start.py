"""A function's cold start: its entry imports this module first of all, and calls `end_cold_start` as its last line.

Until then Python's garbage collector is off. It would run dozens of times over what the imports make, and free nothing.
"""

import gc
import os
from collections.abc import Callable

gc.disable()


def end_cold_start(wire: Callable[[], object]) -> None:
    """Wire the function's parts, so that the first invocation finds them, and switch the collector on.

    What fails here is logged, and fails again at the first invocation, which reports it and answers. What there is by
    now stays, so the collector leaves it out. Outside Lambda, as in `make docs`, a function has no settings: nothing
    is wired there.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        try:
            wire()
        except Exception as error:  # noqa: BLE001 - the first invocation answers, whatever it is
            _log(error)
    gc.freeze()
    gc.enable()


def _log(error: Exception) -> None:
    """Log one line. Before `start_logging` Lambda's handler writes it: there is no invocation with keys for ours."""
    from functions.aws.observability import logger, masked  # noqa: PLC0415 - the entry has it by now

    why = masked(f"{type(error).__name__}: {error}")
    logger.warning("the cold start could not wire the function, so the first invocation tries it again: %s", why)
