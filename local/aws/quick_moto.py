"""Make moto quick to start, quick with thousands of messages, and quick to answer what DynamoDB holds.

Without this, its start takes two seconds of a core more, the first table waits for a key that nobody uses, each receive
takes longer the more messages exist, and an answer with an item takes a quarter longer.
"""

import importlib
import json
import sys
import time
from collections.abc import MutableMapping, Sequence
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import moto
from moto.core import loaders, utils
from moto.core.model import StructureShape
from moto.core.serialize import BaseJSONSerializer
from moto.kms import models as kms
from moto.sqs.models import Message, SQSBackend

from local.aws.template import PLAIN_TYPES

_structure = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 - moto has no other way in
_CALLED = ("cloudformation", "dynamodb", "events", "scheduler", "secretsmanager", "sqs")
"""The services that a start of the system calls."""
_SERVICES = {
    "cloudformation",
    "cloudwatch",
    "events",
    "iam",
    "kms",
    "scheduler",
    "secretsmanager",
    "sts",
    *(kind.split("::")[1].lower() for kind in PLAIN_TYPES),
}


@cache
def import_moto() -> None:
    """Import all that the server needs of moto, and make what else the first call of each service would wait for."""
    make_quick()
    server = importlib.import_module("moto.moto_server.werkzeug_app")
    for service in _CALLED:
        server.create_backend_app(service)
        utils.get_service_model(service)
    # The template comes as JSON, which moto would read as YAML, in Python.
    importlib.import_module("moto.cloudformation.models").Stack.parse_template = staticmethod(json.loads)


def make_quick() -> None:
    """Change moto in this process: it imports only what runs locally, and does not do what takes long."""
    sys.meta_path.insert(0, _UnusedServices())
    utils.create_loader = cache(loaders.create_loader)  # type: ignore[attr-defined] # each lists all services' folders
    kms.generate_private_key = lambda _: None  # type: ignore[assignment, attr-defined, return-value] # it signs nothing
    SQSBackend.is_message_valid_based_on_retention_period = _is_kept  # type: ignore[assignment, method-assign]
    BaseJSONSerializer._serialize_type_structure = _with_values_as_they_are  # type: ignore[assignment, method-assign] # noqa: SLF001


class _UnusedServices(MetaPathFinder, Loader):
    """Imports an empty module for a service that runs nowhere here: moto's CloudFormation imports thirty of them."""

    def __init__(self) -> None:
        (folder,) = map(Path, moto.__path__)
        services = {path.parent.name for path in folder.glob("*/models*")}
        self._unused = services - _SERVICES - {name.split(".")[1] for name in sys.modules if name.startswith("moto.")}

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        top, _, rest = name.partition(".")
        unused = top == "moto" and rest.partition(".")[0] in self._unused
        return ModuleSpec(name, self, is_package=True) if unused else None

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__getattr__"] = _class_called


def _class_called(name: str) -> type:
    """Return what is imported from an empty module: a class. It has no `__file__`, for which tools look."""
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (), {})


def _is_kept(backend: SQSBackend, queue_name: str, message: Message) -> bool:
    """Return whether a message is within its retention period. moto counts all messages to read this one attribute."""
    kept_for: int = backend.get_queue(queue_name).message_retention_period  # type: ignore[attr-defined] # set by name
    return bool(time.time() < kept_for + message.sent_timestamp / 1000)  # type: ignore[operator] # it has been sent


def _with_values_as_they_are(
    serializer: BaseJSONSerializer, serialized: MutableMapping[str, Any], value: Any, shape: StructureShape, key: str
) -> None:
    """Write a structure into the answer. moto looks in a string or number for all ten types, each by several names."""
    match value:
        case {"S": str()} | {"N": str()} if shape.name == "AttributeValue" and len(value) == 1:
            serialized[key] = value
        case _:
            _structure(serializer, serialized, value, shape, key)
