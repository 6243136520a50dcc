"""schemathesis, which knows the webhook by its description alone, calls it in hundreds of ways and finds nothing."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from local.aws.faults import DENIED
from local.system import System, new_caller, running

pytestmark = [
    pytest.mark.sources,
    pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning"),  # of long cases, while it reports one
]
HOOK, STATUS, OWN, DESCRIPTION = "/hooks/{caller}", "/orders/{order_id}", "/recordings", "/openapi.json"


@pytest.fixture(name="system", scope="module")
def _system() -> Iterator[System]:
    """A system of its own, whose orders stay on the queue: these tests are about the door, and order very much."""
    callers = [new_caller(), new_caller("limited", {"rooms": ["0"], "channels": []})]
    with running(callers=callers) as system:
        system.stack.misbehave(DENIED, "ReceiveMessage", times=None)
        yield system


@pytest.fixture(name="schema", scope="module")
def _schema() -> Any:
    """tests/webhook_schema.py, imported here since schemathesis takes a second: else each process would pay for it."""
    return import_module("tests.webhook_schema")


def test_a_hook_does_what_the_description_says(schema: Any, system: System) -> None:
    """Every status, header and body it answers is described; what fits the description is taken, what doesn't isn't."""
    assert schema.call(schema.DOCUMENT.include(path=HOOK), system) == 1


def test_a_status_link_does_what_the_description_says(schema: Any, system: System) -> None:
    """Every status, header and body it answers is described."""
    assert schema.call(schema.DOCUMENT.include(path=STATUS, method="GET"), system) == 1


def test_the_head_of_a_status_link_does_what_the_description_says(schema: Any, system: System) -> None:
    """Every status and header it answers is described."""
    assert schema.call(schema.DOCUMENT.include(path=STATUS, method="HEAD"), system) == 1


def test_the_list_of_own_recordings_does_what_the_description_says(schema: Any, system: System) -> None:
    """Every status, header and body it answers is described, with GET and with HEAD."""
    assert schema.call(schema.DOCUMENT.include(path=OWN), system) == 2


def test_the_description_does_what_it_says_itself(schema: Any, system: System) -> None:
    """Every status, header and body it answers is described."""
    assert schema.call(schema.DOCUMENT.include(path=DESCRIPTION, method="GET"), system) == 1


def test_the_rest_does_what_the_description_says(schema: Any, system: System) -> None:
    """Every status, header and body it answers is described. A further operation needs a test of its own."""
    rest = schema.DOCUMENT.exclude(path=[HOOK, STATUS, OWN]).exclude(path=DESCRIPTION, method="GET")
    assert schema.call(rest, system) == 1
