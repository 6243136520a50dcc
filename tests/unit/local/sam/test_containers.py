"""`python -m local sam` where something is missing."""

import pytest

from local.aws.lambda_worker import FunctionError
from local.errors import LocalError
from local.sam.containers import find_docker, invoke_at
from tests.raw_server import RawServer, http, sends


def test_the_bridge_uses_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment can't reach start-lambda."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with RawServer(sends(http(200, b'{"statusCode": 200}'))) as start_lambda:
        assert invoke_at(start_lambda.port, "SlackFunction", {}) == {"statusCode": 200}


@pytest.mark.parametrize("answer", [b"", http(502, b"<html>"), http(200, b"{")])
def test_what_fails_at_start_lambda_is_one_line(answer: bytes) -> None:
    """Without addresses of objects and nested errors."""
    with RawServer(sends(answer)) as start_lambda, pytest.raises(FunctionError) as told:
        invoke_at(start_lambda.port, "SlackFunction", {})
    assert str(told.value).startswith("Sandbox.NotConnected: sam local start-lambda gives no usable answer (")


def test_without_docker_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and the word that does the same without Docker."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LocalError, match="`make demo` runs the same") as refused:
        find_docker()
    assert "\n" not in str(refused.value)
