"""Read the team's configuration from what people wrote, and describe it for editors."""

from collections.abc import Callable
from typing import Any, override

from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from shared.strict_json import NotJson, read_json, shown_name
from shared.team import Team

MOST_BYTES = 100_000
"""The most bytes of the document, as people wrote it and as JSON."""


type Place = tuple[int | str, ...]
"""Where something stands in the document: the names and numbers that lead there."""


class BadTeam(ValueError):
    """The text is no document of this form. `problems` has a line for each wrong place; the message has all of them."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_team(text: str) -> Team:
    """Return the document that the JSON text is. Raises BadTeam."""
    if len(text.encode()) > MOST_BYTES:
        raise BadTeam(f"it has {len(text.encode())} bytes; at most {MOST_BYTES} are possible")
    try:
        content = read_json(text)
    except NotJson as error:
        raise BadTeam(f"it is no JSON: {error}") from None
    return team_of(content)


def shown_place(place: Place) -> str:
    """Return the place as text, as in rules.0.may."""
    return ".".join(shown_name(part) for part in place) or "the document"


def team_of(content: object, shown: Callable[[Place], str] = shown_place) -> Team:
    """Return the document with that content, as YAML or JSON give it. Raises BadTeam, with places as `shown`."""
    if content is None:
        raise BadTeam("it is empty. Write `rules: []` if nobody but operators may do anything")
    try:
        return Team.model_validate(content)
    except ValidationError as error:
        raise BadTeam(*_wrong(error, shown)) from None


def _wrong(error: ValidationError, shown: Callable[[Place], str]) -> list[str]:
    problems = error.errors(include_url=False, include_input=False)
    # pydantic drops a wrong item, and then also says that its list is too short.
    around = {it["loc"][:length] for it in problems for length in range(len(it["loc"]))}
    return [
        f"{shown(it['loc'])}: {it['msg'].removeprefix('Value error, ')}" for it in problems if it["loc"] not in around
    ]


def schema() -> dict[str, Any]:
    """Return the document's JSON Schema, for editors."""
    described = Team.model_json_schema(schema_generator=_WithoutNull)
    described["properties"]["rules"].pop("default", None)
    return {"$schema": GenerateJsonSchema.schema_dialect, **described}


class _WithoutNull(GenerateJsonSchema):
    """Leaves null out: in the document, a name without a value is an error."""

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if "default" in schema and schema["default"] is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)
