"""Logs and metrics: one JSON line each, with the order's id on it, and nothing secret."""

import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from hypothesis import given
from hypothesis.strategies import sampled_from, text

from functions.aws.observability import Metric, count, log_keys, logged, logger, start_logging
from tests.lambda_context import REQUEST_ID, Context
from tests.logs import loggers_restored

URL_PART = text(alphabet="abcXYZ0189-_.~/?=&%+", min_size=1).map(lambda part: f"s3cret{part}")


@pytest.fixture(name="lines")
def _lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, at DEBUG."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "slack")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    monkeypatch.delenv("AWS_LAMBDA_LOG_LEVEL", raising=False)
    with _started() as stream:
        yield stream


@contextmanager
def _started() -> Iterator[io.StringIO]:
    """What is logged from a cold start on."""
    stream = io.StringIO()
    with loggers_restored(), redirect_stdout(stream):
        start_logging()
        yield stream


def _read(stream: io.StringIO) -> list[dict[str, Any]]:
    read = [json.loads(line) for line in stream.getvalue().splitlines()]
    stream.seek(0)
    stream.truncate()
    return read


def test_a_line_is_json_with_the_service_and_the_keys_of_the_moment(lines: io.StringIO) -> None:
    """Keys nest, and end with their block."""
    with log_keys(order_id="7KQ2M4X8P1ZA"):
        with log_keys(receive="2"):
            logger.info("calling", extra={"attempt": 1})
        logger.debug("called")
    logger.info("done")
    first, second, third = _read(lines)
    assert (first["message"], first["level"], first["service"]) == ("calling", "INFO", "slack")
    assert (first["order_id"], first["receive"], first["attempt"]) == ("7KQ2M4X8P1ZA", "2", 1)
    assert second["order_id"] == "7KQ2M4X8P1ZA"
    assert "receive" not in second
    assert "order_id" not in third


@pytest.mark.parametrize(
    ("given", "levels"),
    [
        ({}, {"INFO", "WARNING"}),
        ({"POWERTOOLS_LOG_LEVEL": "WARNING"}, {"WARNING"}),
        ({"POWERTOOLS_LOG_LEVEL": "INFO", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}, {"DEBUG", "INFO", "WARNING"}),
        ({"POWERTOOLS_LOG_LEVEL": "DEBUG", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}, {"DEBUG", "INFO", "WARNING"}),
    ],
)
def test_the_level_is_lambda_s_then_powertools(
    given: dict[str, str], levels: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Powertools' users set it; each line is written once, and not again by the runtime's own handler."""
    for name in ("POWERTOOLS_LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with _started() as stream:
        logger.debug("d")
        logger.info("i")
        logger.warning("w")
        assert not logger.propagate
    assert [line["level"] for line in _read(stream)] == [it for it in ("DEBUG", "INFO", "WARNING") if it in levels]


def test_a_handler_s_lines_have_the_keys_that_powertools_users_search_for(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cold_start of the process's first call alone; the event is never logged, whatever the environment says."""
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    monkeypatch.setattr("aws_lambda_powertools.logging.logger.is_cold_start", True)

    @logged
    def handler(event: str, _: LambdaContext) -> str:
        logger.info("called")
        return event.upper()

    assert [handler("s3cret", Context()) for _ in range(2)] == ["S3CRET"] * 2
    first, second = _read(lines)
    assert (first["cold_start"], second["cold_start"]) == (True, False)
    for line in (first, second):
        assert (line["function_name"], line["function_memory_size"]) == ("function-1", 512)
        assert (line["function_request_id"], line["service"]) == (REQUEST_ID, "slack")
        assert line["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"


@pytest.mark.parametrize(
    "name", ["botocore.endpoint", "slack_bolt.App", "slack_sdk.web.client", "urllib3.connectionpool"]
)
def test_libraries_are_heard_from_warning_on(lines: io.StringIO, name: str) -> None:
    """Below that they log bodies, headers and secrets, whatever our own level is."""
    logging.getLogger(name).info("body: s3cret")
    logging.getLogger(name).warning("trouble")
    assert [line["message"] for line in _read(lines)] == ["trouble"]


@pytest.mark.parametrize(
    "address",
    ["rtmp://ann:s3cret@live.example", "rtmp://live.example/app/k'ey-s3cret", "rtmp://live.example/app/k\\ey-s3cret"],
)
def test_odd_addresses_are_masked_to_their_end(lines: io.StringIO, address: str) -> None:
    """Neither a missing path nor a quote nor a backslash lets the rest of it through."""
    logger.info("pushing to %s now", address, extra={"push": address})
    written = lines.getvalue()
    assert "s3cret" not in written
    assert "live.example" in written
    assert json.loads(written)["message"].endswith(" now")


@given(
    part=URL_PART,
    start=sampled_from(
        [
            "https://hooks.slack.com/commands/",
            "HTTP://127.0.0.1:5000/",
            "rtmp://live.example.com/app/",
            "rtmps://user:s3cret@live.example.com:1935/",
            "https%3A%2F%2Fhooks.slack.com%2F",
            "https://hooks.slack.com?",
        ]
    ),
)
def test_of_an_address_only_the_host_is_logged(part: str, start: str) -> None:
    """A response_url and an RTMP address are as good as passwords, wherever in a line they stand."""
    with _started() as stream:
        logger.info("posting to %s", start + part, extra={"url": start + part, "nested": {"urls": [start + part]}})
        logger.error("failed", exc_info=ValueError(f"cannot reach {start}{part}, sorry"))
    written = stream.getvalue()
    assert "s3cret" not in written
    assert len(_read(stream)) == 2


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234-abcd",
        "xoxe.xoxp-1-abc",
        "xapp-1-A0-abcd",
        "v0=" + "0a" * 32,
        "v1," + "qs+/" * 11,
        "whsec_c2VjcmV0",
        "Bearer s3cret",
        "SDK-HMAC-SHA256 Access=A, SignedHeaders=a, Signature=" + "0a" * 32,
        "X-Auth-Token: s3cret",
    ],
)
def test_tokens_and_signatures_are_masked(lines: io.StringIO, secret: str) -> None:
    """Even where one got into an error's text, and in capital letters."""
    logger.warning("bad %s and %s", secret, secret.upper())
    assert secret[5:].upper() not in lines.getvalue().upper()


def test_an_event_is_counted_in_cloudwatch_s_format(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, from which CloudWatch makes the metric."""
    count(Metric.ORDER_PLACED)
    counted = json.loads(capsys.readouterr().out)
    assert counted["OrderPlaced"] == [1.0]
    assert counted["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "recordbot"


def test_the_keys_of_a_thread_are_on_its_lines_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A thread starts without keys, and what it sets is not on the lines of another."""
    with loggers_restored():
        start_logging()
        with log_keys(order_id="A"), ThreadPoolExecutor(1) as other:
            other.submit(logger.info, "without").result()
            other.submit(_log_with, "B").result()
            logger.info("own")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("order_id") for line in lines] == [None, "B", "A"]


def _log_with(order_id: str) -> None:
    with log_keys(order_id=order_id):
        logger.info("with")
