"""Let moto remember what it works out anew for each call.

These are the names of its folders, the methods of a class, and the names of parameters as Python writes them. Without
this, each call takes half as long again. moto also reads the clock directly: it does so twice for each message of a
queue whenever one more is sent.
"""

import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from moto import backends
from moto.core import utils


def remember() -> None:
    """Change moto in this process, and what it imports later."""
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    _cache(utils.camelcase_to_underscores)
    _cache(utils.method_names_from_class)
    of_moment, of_moment_in_ms = utils.unix_time, utils.unix_time_millis
    _replace(of_moment, lambda moment=None: time.time() if moment is None else of_moment(moment))
    _replace(of_moment_in_ms, lambda moment=None: time.time() * 1000 if moment is None else of_moment_in_ms(moment))


def _cache(function: Callable[..., Any]) -> None:
    _replace(function, cache(function))


def _replace(function: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Put the other in its place, also where it was imported by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and vars(module).get(function.__name__) is function:
            setattr(module, function.__name__, other)
