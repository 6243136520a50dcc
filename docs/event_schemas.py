"""The JSON Schemas (2020-12) of the events, docs/events/TYPE.json, from their models. `make docs` writes them."""

import json
import sys
from pathlib import Path
from typing import Any

from shared.command_line import CommandLine, run
from shared.events import EventType, RecordingEvent

FOLDER = Path(__file__).parent / "events"


def schema_of(kind: EventType) -> dict[str, Any]:
    """Return the schema of the events of one type."""
    schema = RecordingEvent.model_json_schema(mode="serialization")
    schema["title"] = kind.value
    schema["properties"]["type"] = {"const": kind.value, "type": "string"}
    del schema["$defs"]["EventType"]
    if kind is EventType.FILE:
        facts = schema["$defs"]["RecordingFacts"]
        facts["properties"]["file"] = {"$ref": "#/$defs/RecordedFile"}
    return schema


def as_text(kind: EventType) -> str:
    """Return the schema as its file has it."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def main(_command: CommandLine, _arguments: list[str]) -> int:
    """Write the schemas."""
    FOLDER.mkdir(exist_ok=True)
    for kind in EventType:
        (FOLDER / f"{kind.value}.json").write_text(as_text(kind), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
