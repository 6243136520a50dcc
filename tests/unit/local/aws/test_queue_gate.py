"""The rules of the gate before AWS's stand-in."""

import json
from collections.abc import Iterable
from typing import Any

from local.aws.queue_gate import PATH, QueueGate


def _ask(gate: QueueGate, method: str, path: str, target: str = "") -> tuple[str, bytes]:
    status: list[str] = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_X_AMZ_TARGET": target}
    body = b"".join(gate(environ, lambda line, _: status.append(line)))
    return status[0], body


def _aws(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"aws"]


def test_an_open_gate_lets_everything_through() -> None:
    """All goes to AWS until the gate is shut."""
    assert _ask(QueueGate(_aws), "POST", "/", "AmazonSQS.SendMessage") == ("200 OK", b"aws")


def test_a_shut_gate_denies_messages_and_nothing_else() -> None:
    """Shut, a message is denied in SQS's form, and all else goes through; opened, messages do again."""
    gate = QueueGate(_aws)
    assert _ask(gate, "DELETE", PATH)[0] == "204 No Content"
    status, body = _ask(gate, "POST", "/", "AmazonSQS.SendMessage")
    assert status == "403 Forbidden"
    assert json.loads(body)["__type"].endswith("AccessDeniedException")
    assert _ask(gate, "POST", "/", "AmazonSQS.ReceiveMessage") == ("200 OK", b"aws")
    _ask(gate, "PUT", PATH)
    assert _ask(gate, "POST", "/", "AmazonSQS.SendMessage") == ("200 OK", b"aws")
