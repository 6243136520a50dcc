"""Logs and metrics: one JSON line each, with the order's id on it, and nothing secret."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import sampled_from, text

from functions.aws.observability import Metric, count, log_keys, logger, start_logging
from tests.logs import loggers_restored

URL_PART = text(alphabet="abcXYZ0189-_.~/?=&%+", min_size=1).map(lambda part: f"s3cret{part}")


@pytest.fixture(autouse=True)
def _loggers_as_they_were() -> Iterator[None]:
    with loggers_restored():
        yield


@pytest.fixture(name="lines")
def _lines() -> io.StringIO:
    """What is logged, at DEBUG."""
    stream = io.StringIO()
    start_logging("slack", "DEBUG", stream)
    return stream


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


def test_logging_started_anew_writes_each_line_once(lines: io.StringIO) -> None:
    """Neither twice here, nor again by the runtime's own handler."""
    start_logging("slack", "WARNING", lines)
    logger.info("not this")
    logger.warning("this")
    assert [line["message"] for line in _read(lines)] == ["this"]
    assert not logger.propagate


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
    stream = io.StringIO()
    start_logging("slack", "INFO", stream)
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
    """Even where one got into an error's text."""
    logger.warning("bad %s", secret)
    assert secret[5:] not in lines.getvalue()


def test_an_event_is_counted_in_cloudwatch_s_format(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, from which CloudWatch makes the metric."""
    count(Metric.ORDER_PLACED)
    counted = json.loads(capsys.readouterr().out)
    assert counted["OrderPlaced"] == [1.0]
    assert counted["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "recordbot"
