"""Nodes of CloudFormation's YAML. A node knows its place, so that an error can name it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.errors import LocalError


class TemplateError(LocalError):
    """The template can't be read, or something is missing; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the template: the value under `keys` in the file `path`. Its methods raise TemplateError."""

    path: Path
    keys: tuple[str, ...]
    value: Any

    @property
    def where(self) -> str:
        """The node's place, for messages."""
        return f"{self.path}: {'.'.join(self.keys)}" if self.keys else str(self.path)

    def mapping(self) -> dict[str, Any]:
        """Return the node's value, which must be a mapping; an empty one if it is missing."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise TemplateError(f"{self.where} must be a mapping")
        return self.value

    def node(self, *names: str) -> "Node":
        """Return the node under `names`, one below the other; its value is None if it is missing."""
        if not names:
            return self
        return Node(self.path, (*self.keys, names[0]), self.mapping().get(names[0])).node(*names[1:])

    def nodes(self) -> dict[str, "Node"]:
        """Return the nodes directly below this one, by name."""
        return {name: self.node(name) for name in self.mapping()}

    def text(self, default: str | None = None) -> str:
        """Return the node's value, a string; it may be missing only if there is a default."""
        return self._plain(str, "a text", default)

    def number(self, default: int | None = None) -> int:
        """Return the node's value, an integer; it may be missing only if there is a default."""
        return self._plain(int, "a whole number", default)

    def _plain[T](self, kind: type[T], described: str, default: T | None) -> T:
        value = default if self.value is None else self.value
        if not isinstance(value, kind) or isinstance(value, bool):
            fault = "is missing" if value is None else f"must be {described}, not {value!r}"
            raise TemplateError(f"{self.where} {fault}")
        return value


def read_node(path: Path) -> Node:
    """Return the root node of the file `path`. Short forms are expanded: !GetAtt a.b is {"Fn::GetAtt": ["a", "b"]}."""
    try:
        return Node(path, (), yaml.load(path.read_text(encoding="utf-8"), _Loader))  # noqa: S506 - _Loader is a CSafeLoader
    except OSError as error:
        raise TemplateError(f"{path} can't be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise TemplateError(f"{path} is not YAML: {' '.join(str(error).split())}") from error


class _Loader(yaml.CSafeLoader):
    pass


def _written_out(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)  # type: ignore[arg-type] # the only kind of node that is left
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _written_out)
