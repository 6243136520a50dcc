"""moto's caches return what moto returns without them, and save it the work."""

import inspect
import os

import pytest
from moto import backends
from moto.core import responses, utils
from moto.dynamodb.responses import DynamoHandler

from local.aws.moto_caches import remember

BY_NAME = vars(responses)
"""A module that imports moto's functions by their names."""


def test_the_folders_are_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call asks whether its service is one of them."""
    listed = list(backends.list_of_moto_modules())
    remember()
    monkeypatch.setattr(os, "listdir", None)
    assert list(backends.list_of_moto_modules()) == listed
    assert "dynamodb" in listed


def test_the_methods_of_a_class_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where moto imported the function by its name."""
    found = utils.method_names_from_class(DynamoHandler)
    remember()
    assert BY_NAME["method_names_from_class"](DynamoHandler) == found
    monkeypatch.setattr(inspect, "getmembers", None)
    assert BY_NAME["method_names_from_class"](DynamoHandler) == found


def test_each_parameter_keeps_its_own_name() -> None:
    """A name comes out as before, the first time and the second."""
    names = ("QueueUrl", "ReceiveMessageWaitTimeSeconds", "DBInstance", "x", "")
    written = [utils.camelcase_to_underscores(name) for name in names]
    remember()
    for _ in range(2):
        assert [BY_NAME["camelcase_to_underscores"](name) for name in names] == written
