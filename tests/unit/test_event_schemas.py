"""The schemas of the events are what the models say, the documented example is valid, and each type is documented."""

import json
import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from docs.event_schemas import FOLDER, as_text
from shared.events import EventType, RecordingEvent

PAGE = (FOLDER.parent / "events.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", EventType)
def test_a_schema_is_what_the_models_say(kind: EventType) -> None:
    """One for each type."""
    assert (FOLDER / f"{kind.value}.json").read_text(encoding="utf-8") == as_text(kind), "run  make docs"
    Draft202012Validator.check_schema(json.loads(as_text(kind)))


def test_every_type_is_documented() -> None:
    """And no other."""
    assert set(re.findall(r"^\| `(recording\.\w+)`", PAGE, re.MULTILINE)) == {kind.value for kind in EventType}


def test_the_documented_example_is_valid() -> None:
    """Against its schema, and as the model has it: no field is missing."""
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    schema = json.loads((FOLDER / "recording.file.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(example))
    event = RecordingEvent.model_validate_json(example)
    assert json.loads(event.model_dump_json()) == json.loads(example)


@pytest.mark.parametrize("snippet", ["mail.yaml", "http.yaml"])
def test_a_snippet_catches_our_events(snippet: str) -> None:
    """By our source, on the bus of the stack, and only types that there are."""

    class Loader(yaml.SafeLoader):
        pass

    def tagged(_: Any, tag: str, node: Any) -> dict[str, Any]:
        return {tag: node.value}

    Loader.add_multi_constructor("!", tagged)
    document = yaml.load((FOLDER / snippet).read_text(encoding="utf-8"), Loader)
    rule = document["Resources"]["Rule"]["Properties"]
    assert rule["EventPattern"]["source"] == ["recordbot"]
    assert set(rule["EventPattern"].get("detail-type", [])) <= {kind.value for kind in EventType}
    assert rule["EventBusName"] == {"Ref": "EventBusName"}
