"""docs/openapi.json is what the models say, and its examples are true."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel

from functions import webhook_examples
from functions.problems import ProblemDetails
from functions.webhook_answers import Accepted, DryRun, OrderStatus, Pong
from functions.webhook_events import EVENT
from functions.webhook_fields import ALLOWED
from functions.webhook_openapi import as_text, openapi

COPY = Path(__file__).parents[3] / "docs" / "openapi.json"
STALE = "docs/openapi.json lags behind the models: run  python -m functions.webhook_openapi > docs/openapi.json"


def test_the_copy_is_up_to_date() -> None:
    """docs/openapi.json is what the door serves."""
    assert COPY.read_text(encoding="utf-8") == as_text(), STALE


def test_it_is_openapi_3_1() -> None:
    """By a validator that isn't ours."""
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
        (ProblemDetails, {"problem": webhook_examples.PROBLEM}),
    ],
)
def test_an_example_of_an_answer_is_one(model: type[BaseModel], examples: dict[str, Any]) -> None:
    """No field too many, none too few."""
    for example in examples.values():
        assert set(model.model_validate(example).model_dump(exclude_unset=True)) == set(example)


def test_every_field_of_an_event_says_what_it_may_hold() -> None:
    """And nothing is explained that isn't there."""
    models = [schema for schema in openapi()["components"]["schemas"].values() if "properties" in schema]
    inputs = [schema for schema in models if schema.get("additionalProperties") is False]
    assert {name for schema in inputs for name in schema["properties"]} == set(ALLOWED)
