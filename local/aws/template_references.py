"""The parameters and resources that a part of a template refers to."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any


def references(value: object) -> Iterator[str]:
    """Return the name of each parameter and resource that `value` refers to."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(attribute)}:
            yield attribute.partition(".")[0]
        case {"Fn::Sub": str(text)}:
            yield from _substituted(text)
        case {"Fn::Sub": [str(text), dict(own)]}:
            yield from (name for name in _substituted(text) if name not in own)
            yield from references(own)
        case Mapping():
            for part in value.values():
                yield from references(part)
        case list():
            for part in value:
                yield from references(part)


def _substituted(text: str) -> Iterator[str]:
    for piece in text.split("${")[1:]:
        name = piece.partition("}")[0].strip()
        if not name.startswith("!"):
            yield name.partition(".")[0]


def without_references_to_others(value: Any, known: Collection[str]) -> Any:
    """Return the value with each expression that refers to a name that isn't known replaced by a text."""
    match value:
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Sub": _}:
            others = [name for name in references(value) if name not in known and not name.startswith("AWS::")]
            return f"{', '.join(others)} does not run locally" if others else value
        case dict():
            return {name: without_references_to_others(part, known) for name, part in value.items()}
        case list():
            return [without_references_to_others(part, known) for part in value]
    return value
