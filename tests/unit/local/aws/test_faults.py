"""The rules of the faults before AWS's stand-in."""

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest

from local.aws.faults import DENIED, PATH, Fault, Misbehaving, Misbehaviour
from local.http_message import Wire


class Aws:
    """Answers, and counts what it carried out."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.done += 1
        start_response("200 OK", [])
        return [b"aws"]


class Socket:
    """A connection that is broken off."""

    def setsockopt(self, *_: object) -> None:
        """Set nothing."""

    def shutdown(self, *_: object) -> None:
        """Shut nothing."""


def ask(
    app: Misbehaving, operation: str, body: bytes = b"", path: str = "/", method: str = "POST"
) -> tuple[str, bytes]:
    """The status and the body of an answer."""
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_X_AMZ_TARGET": f"AmazonSQS.{operation}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "werkzeug.socket": Socket(),
    }
    answer = b"".join(app(environ, lambda line, _: status.append(line)))
    return status[0], answer


def let(app: Misbehaving, fault: Fault, operation: str, **which: Any) -> None:
    """Set a fault by the control path."""
    misbehaviour = Misbehaviour(fault=fault, operation=operation, **which)
    assert ask(app, "", misbehaviour.model_dump_json().encode(), PATH, "PUT")[0] == "204 No Content"


def test_a_fault_meets_its_operation_as_often_as_it_says_and_then_nothing() -> None:
    """And a call whose body holds something else, or another operation, never."""
    app = Misbehaving(Aws())
    let(app, DENIED, "SendMessage", holding="mine", times=2)
    assert ask(app, "ReceiveMessage", b"mine") == ask(app, "SendMessage", b"yours") == ("200 OK", b"aws")
    for _ in range(2):
        status, body = ask(app, "SendMessage", b"it is mine")
        assert status.startswith("403")
        assert json.loads(body)["__type"] == "AccessDeniedException"
    assert ask(app, "SendMessage", b"it is mine") == ("200 OK", b"aws")


def test_a_fault_without_end_lasts_until_it_is_removed() -> None:
    """The control path removes all."""
    app = Misbehaving(Aws())
    let(app, DENIED, "SendMessage", times=None)
    assert all(ask(app, "SendMessage")[0].startswith("403") for _ in range(3))
    ask(app, "", path=PATH, method="DELETE")
    assert ask(app, "SendMessage")[0] == "200 OK"


@pytest.mark.parametrize("wire", [Wire.RESET, Wire.NOTHING])
@pytest.mark.parametrize("made", [True, False])
def test_an_answer_can_be_lost_after_the_call_was_carried_out_or_before(wire: Wire, made: bool) -> None:
    """The client can't tell the two apart."""
    aws = Aws()
    app = Misbehaving(aws)
    let(app, Fault(wire=wire, made=made), "SendMessage")
    with pytest.raises(ConnectionError):
        ask(app, "SendMessage")
    assert aws.done == made


def test_a_cancelled_transaction_says_why() -> None:
    """As DynamoDB does it."""
    app = Misbehaving(Aws())
    let(app, Fault(status=400, code="TransactionCanceledException", reason="TransactionConflict"), "TransactWriteItems")
    _, body = ask(app, "TransactWriteItems")
    assert json.loads(body)["CancellationReasons"] == [{"Code": "TransactionConflict"}]
