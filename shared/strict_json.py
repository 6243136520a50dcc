"""Read JSON that others wrote, so that no two readers can understand it differently."""

import json
import math
import re
from typing import Any, NoReturn


class NotJson(ValueError):
    """The text is not JSON, or two readers could understand it differently. The message is one short line."""


def read_json(text: str | bytes) -> Any:
    """Return the value. Raises NotJson.

    Python alone would take a name that is there twice, NaN, numbers beyond a float, and halves of surrogate pairs.
    """
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        value = json.loads(
            decoded,
            object_pairs_hook=_each_name_once,
            parse_constant=_refuse_constant,
            parse_int=_whole_number,
            parse_float=_finite,
        )
        if "\\u" in decoded or isinstance(text, str):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise NotJson("it is not in UTF-8") from None
    except UnicodeEncodeError:
        raise NotJson("a text in it has half of a surrogate pair") from None
    except RecursionError:
        raise NotJson("its brackets are nested too deeply") from None
    except json.JSONDecodeError as error:
        if error.doc.startswith("\ufeff"):
            raise NotJson("it begins with a byte order mark") from None
        raise NotJson(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    return value


def shown_name(name: object) -> str:
    """Return a name for a message: a short plain one as it is. Any other may be a key that was pasted there."""
    return str(name) if re.fullmatch(r"[A-Za-z0-9_.\[\]-]{1,32}", str(name)) else "(a name)"


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in content if names.count(name) > 1)
        raise NotJson(f"{shown_name(twice)} is twice in one object")
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no number in JSON")


def _whole_number(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # by Python's limit, 4,300 digits
        raise NotJson("a number in it has too many digits") from None


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotJson("a number in it is too large")
    return number
