"""Clients that moto's mock reaches: boto3's, in place of the functions' own, with the same limits.

The mock works on botocore's clients only. tests/contract/test_aws_clients.py compares the two, and the tests on real
processes use the functions' own.
"""

from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config

from functions.aws import clients
from functions.aws.clients import Limits

REGION = "eu-west-1"


def mock_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the functions use boto3's clients until the test ends."""
    monkeypatch.setattr(clients, "connect", _connect)


@cache
def mocked_client(service: Any) -> Any:
    """A client for what a test itself does. It is made once, because that takes longer than most tests."""
    return _session().client(service)


def _connect(service: Any, limits: Limits) -> Any:
    retries: Any = {"total_max_attempts": limits.tries}
    config = Config(connect_timeout=limits.connect, read_timeout=limits.read, retries=retries)
    return _session().client(service, config=config)


@cache
def _session() -> boto3.Session:
    return boto3.Session("made", "up", region_name=REGION)
