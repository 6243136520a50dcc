"""Let moto remember what it works out anew for each call.

These are the names of its folders, the methods of a class, and the names of parameters as Python writes them. Without
this, each call takes half as long again.
"""

import sys
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


def _cache(function: Callable[..., Any]) -> None:
    """Put a cached function in its place, also where it was imported by name."""
    cached = cache(function)
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and vars(module).get(function.__name__) is function:
            setattr(module, function.__name__, cached)
