"""docs/openapi.json is what the models say, and its examples are true."""

import json
import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from docs import webhook_examples
from docs.webhook_openapi import as_text, openapi
from functions.webhook_api.answers import Accepted, DryRun, OrderStatus, Pong
from functions.webhook_api.description import PATH
from functions.webhook_api.events import EVENT
from functions.webhook_api.problems import WrongField
from tests.webhook_requests import an_event

STALE = "docs/openapi.json lags behind the models: run  make docs"


def test_the_file_is_up_to_date() -> None:
    """docs/openapi.json, which the door serves, is what the models say."""
    assert PATH.read_text(encoding="utf-8") == as_text(), STALE


def test_it_is_openapi_3_1() -> None:
    """By a validator that isn't ours."""
    from openapi_spec_validator import validate  # noqa: PLC0415 # takes a quarter of a second in each worker that collects

    assert openapi()["openapi"].startswith("3.1.")
    validate(openapi())


@pytest.mark.parametrize("name", sorted(webhook_examples.EVENTS))
def test_an_example_of_an_event_is_one(name: str) -> None:
    """The door would take it."""
    EVENT.validate_json(json.dumps(webhook_examples.EVENTS[name]))


@pytest.mark.parametrize(
    ("model", "examples"),
    [
        (Accepted, webhook_examples.ACCEPTED),
        (DryRun, webhook_examples.DRY_RUN),
        (Pong, webhook_examples.PONG),
        (OrderStatus, webhook_examples.STATUS),
        (WrongField, {"field": webhook_examples.WRONG_FIELD}),
    ],
)
def test_an_example_of_an_answer_is_one(model: type[BaseModel], examples: dict[str, Any]) -> None:
    """No field too many, none too few."""
    for example in examples.values():
        assert set(model.model_validate(example).model_dump(exclude_unset=True)) == set(example)


def test_every_field_of_an_event_says_what_it_may_hold() -> None:
    """In its docstring, which the answer to a wrong field repeats."""
    models = [schema for schema in openapi()["components"]["schemas"].values() if "properties" in schema]
    inputs = [schema for schema in models if schema.get("additionalProperties") is False]
    assert inputs
    assert not [name for schema in inputs for name, it in schema["properties"].items() if not it.get("description")]


def test_every_field_of_an_answer_is_explained_or_explains_itself() -> None:
    """What the source says of a field is said to callers too."""
    stream = openapi()["components"]["schemas"]["StreamStatus"]["properties"]
    assert "out_of_time" in stream["error_msg"]["description"]
    assert "unknown outcome" in stream["held_until"]["description"]


@pytest.mark.parametrize(("path", "method"), [("/hooks/{caller}", "post"), ("/orders/{order_id}", "get")])
def test_every_error_has_an_example_and_its_headers(path: str, method: str) -> None:
    """Throttling included, which the gateway answers."""
    answers = openapi()["paths"][path][method]["responses"]
    for status in sorted(set(answers) - {"200", "202"}):
        (content,) = answers[status]["content"].values()
        assert content["example"].get("status", 429) == int(status)
    assert "429" in answers
    assert "Retry-After" in answers["503"]["headers"]
    assert "Allow" in answers["405"]["headers"]
    assert ("webhook-id" in answers["503"]["description"]) == (method == "post")


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("rtmp://live.example.com:1935/app/key?a=b%20c", True),
        ("rtmps://h:65535", True),
        ("rtmp://h:65536/a", False),
        ("rtmp://h:0/a", False),
        ("http://h/a", False),
    ],
)
def test_a_push_address_is_described_as_it_is_read(url: str, fits: bool) -> None:
    """With its port, and with escapes."""
    pattern = openapi()["components"]["schemas"]["PublishParam"]["properties"]["rtmp_urls"]["items"]["pattern"]
    assert bool(re.search(pattern, url)) == fits
    given = {"room_id": 1, "user_id": "a", "publish_param": {"rtmp_urls": [url]}}
    try:
        EVENT.validate_json(an_event(given))
    except ValidationError:
        assert not fits
    else:
        assert fits
