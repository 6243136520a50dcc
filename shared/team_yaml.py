"""Read the team's configuration from YAML, as people write it. The functions read JSON and need no YAML library.

A value is what it looks like, as in YAML 1.2: `0100` and `1:30` are texts, and only true and false are yes and no.
Two readers can't understand a document differently: a name may not be there twice, and anchors, aliases and tags are
refused.
"""

import json
import re
from typing import Any, override

import yaml

from shared.strict_json import shown_name
from shared.team import Team
from shared.team_document import MOST_BYTES, BadTeam, Place, shown_place, team_of

_NULL, _BOOL, _INT = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int"))
_DEEPEST = 20
"""How deep brackets can be nested. A document needs five levels."""


class _Loader(yaml.SafeLoader):
    """Knows only texts, whole numbers, true and false, and null."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - yaml has it so
    depth = 0

    @override
    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call] # the stubs lack it
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _at(event, "anchors (&) and aliases (*) are not possible: write the value again")
        if getattr(event, "tag", None):
            raise _at(event, "tags (!) are not possible: put the value in quotes if it begins so")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _at(event, "it is nested too deeply")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _form, _first in (
    (_NULL, r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    (_BOOL, r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    (_INT, r"0|-?[1-9][0-9]{0,17}", list("-0123456789")),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_form})$"), _first)


def read_team_yaml(text: str) -> Team:
    """Return the document that the YAML text is. Raises BadTeam, with the line of each wrong place."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise BadTeam(f"it has {len(text.encode(errors='replace'))} bytes; at most {MOST_BYTES} are possible")
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            _check_names(node)
        content = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise BadTeam(f"{place}it is no YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        raise BadTeam(f"it is no YAML: the character U+{error.character:04X} can't be in it") from None
    return team_of(content, lambda place: f"line {_line(node, place)}, {shown_place(place)}")


def written(team: Team) -> str:
    """Return the document as YAML, for a team whose document nobody has written."""
    content = json.loads(team.as_json())
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)


def _check_names(node: yaml.Node) -> None:
    """Raise BadTeam for a name that is twice in one mapping, or is no text."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_names(item)
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _at(key, "a name has to be a text")
            if key.value in names:
                raise _at(key, f"{shown_name(key.value)} is there twice")
            names.add(key.value)
            _check_names(value)


def _at(place: Any, problem: str) -> BadTeam:
    return BadTeam(f"line {place.start_mark.line + 1}: {problem}")


def _line(node: yaml.Node | None, place: Place) -> int:
    """Return the line of what stands at that place, or of the nearest thing around it."""
    line = 1 if node is None else node.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        else:
            break
    return line
