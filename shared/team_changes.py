"""What changes from one document of the team's configuration to the next: by what it means, not by its text."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.team import Team


class Change(BaseModel):
    """One value that is new, gone or another one. `before` or `after` is None where there is none."""

    model_config = ConfigDict(frozen=True)

    place: tuple[str, ...]
    """The names that lead to the value. A rule is found by its name."""
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        """Return it as a line, as in `rules > teachers > longest: 2h → 4h`."""
        where = " > ".join(self.place)
        if self.before is None:
            return f"+ {where}: {_shown(self.after)}"
        if self.after is None:
            return f"- {where}: {_shown(self.before)}"
        return f"~ {where}: {_shown(self.before)} → {_shown(self.after)}"


def changes(before: Team, after: Team) -> list[Change]:
    """Return what changes, in the order of the document."""
    old, new = _content(before), _content(after)
    return [*_changes((), old, new)]


def _content(team: Team) -> dict[str, Any]:
    """Return what the document says, also of what it leaves out, with the rules by their names."""
    content = team.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    rules = [rule.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for rule in team.rules]
    return {"rules": {rule.pop("name"): rule for rule in rules}} | {
        name: value for name, value in content.items() if name != "rules"
    }


def _changes(place: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changes((*place, name), old, new)
        elif isinstance(new, dict) and len(place) == 0:
            yield from _changes((*place, name), {}, new)
        elif isinstance(old, dict) and len(place) == 0:
            yield from _changes((*place, name), old, {})
        elif old != new:
            yield Change(place=(*place, name), before=old, after=new)


def _shown(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "nobody"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
