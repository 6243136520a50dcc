"""What an operator sees, on the page: doctor's lines, and the audit of an order."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.child import Child
from local.system import System
from shared.audit import AuditRecord

_PROJECT = Path(__file__).parents[2]
_WORDS = ("doctor", "--local", "--json")
_LONGEST_S = 120.0
"""Doctor's own limit is shorter."""

type Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OperatorView:
    """Checks the running system, whose page is on this port, as an operator does."""

    system: System
    port: int

    def doctor(self) -> Document:
        """Return the document of `python -m ops doctor --local --json`, run in a process of its own.

        Without one the answer has a `problem`.
        """
        lines: list[str] = []
        ended = threading.Event()
        child = Child(
            "ops",
            *_WORDS,
            environment={"PYTHONPATH": str(_PROJECT), "PORT": str(self.port)},
            folder=_PROJECT,
            on_line=lines.append,
            on_exit=lambda _: ended.set(),
        )
        try:
            has_ended = ended.wait(_LONGEST_S)
        finally:
            child.close()
        return printed(lines) if has_ended else {"problem": f"doctor did not end in {_LONGEST_S:g} seconds"}

    def audit(self, order_id: str) -> list[Document]:
        """Return the audit's records of an order, the oldest first."""
        pages = self.system.stack.dynamodb.get_paginator("query").paginate(
            TableName=self.system.audit.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"ORDER#{order_id}"}},
        )
        found = [AuditRecord.model_validate_json(item["data"]["S"]) for page in pages for item in page["Items"]]
        return [it.model_dump(mode="json", exclude_none=True) for it in sorted(found, key=lambda it: it.at)]


def printed(lines: Sequence[str]) -> Document:
    """Return the JSON document among the lines that a word has printed; otherwise a `problem`: its last line.

    Lines about progress and errors are among them, and doctor's exit status is 1 if something is wrong.
    """
    document = next((it for it in lines if it.startswith("{")), None)
    if document is not None:
        found: Document = json.loads(document)
        return found
    return {"problem": lines[-1] if lines else "doctor has printed nothing"}
