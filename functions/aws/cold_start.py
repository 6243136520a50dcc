"""A function's cold start: its entry imports this module first of all, and calls `end_cold_start` as its last line.

Until then Python's garbage collector is off. It would run dozens of times over what the imports make, and free nothing.
"""

import gc
from collections.abc import Callable
from contextlib import suppress

gc.disable()


def end_cold_start(wire: Callable[[], object]) -> None:
    """Wire the function's parts, so that the first invocation finds them, and switch the collector on.

    What fails here fails again at the first invocation, which reports it and answers. What there is by now stays, so
    the collector leaves it out.
    """
    with suppress(Exception):
        wire()
    gc.freeze()
    gc.enable()
