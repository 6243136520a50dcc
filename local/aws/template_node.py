"""CloudFormation's YAML as nodes that know where they stand: whatever is wrong with one can be named."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.errors import LocalError


class TemplateError(LocalError):
    """The template can't be read, or lacks something; the message names what and where."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the template: what stands under `keys` in the file `path`. Its methods raise TemplateError."""

    path: Path
    keys: tuple[str, ...]
    value: Any

    @property
    def where(self) -> str:
        """The node's place, for messages."""
        return f"{self.path}: {'.'.join(self.keys)}" if self.keys else str(self.path)

    def mapping(self) -> dict[str, Any]:
        """Give the node itself, which must be a mapping; an empty one if it isn't there."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise TemplateError(f"{self.where} must be a mapping")
        return self.value

    def node(self, *names: str) -> "Node":
        """Give what is under `names`, one below the other; its value is None if it isn't there."""
        if not names:
            return self
        return Node(self.path, (*self.keys, names[0]), self.mapping().get(names[0])).node(*names[1:])

    def nodes(self) -> dict[str, "Node"]:
        """Give what is directly below, by name."""
        return {name: self.node(name) for name in self.mapping()}

    def text(self, default: str | None = None) -> str:
        """Give the node itself, a text; without a default it must be there."""
        return self._plain(str, "a text", default)

    def number(self, default: int | None = None) -> int:
        """Give the node itself, a whole number; without a default it must be there."""
        return self._plain(int, "a whole number", default)

    def _plain[T](self, kind: type[T], described: str, default: T | None) -> T:
        value = default if self.value is None else self.value
        if not isinstance(value, kind) or isinstance(value, bool):
            fault = "is missing" if value is None else f"must be {described}, not {value!r}"
            raise TemplateError(f"{self.where} {fault}")
        return value


def read_node(path: Path) -> Node:
    """Give the whole of the file `path`, short forms written out: !GetAtt a.b is {"Fn::GetAtt": ["a", "b"]}."""
    try:
        return Node(path, (), yaml.load(path.read_text(encoding="utf-8"), _Loader))  # noqa: S506 - it is a SafeLoader
    except OSError as error:
        raise TemplateError(f"{path} can't be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise TemplateError(f"{path} is not YAML: {' '.join(str(error).split())}") from error


class _Loader(yaml.SafeLoader):
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
