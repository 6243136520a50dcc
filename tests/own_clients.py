"""The functions' own clients of AWS, answered by moto in this process, and what a test hears of their calls."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast
from urllib.parse import urljoin, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.model_instances import reset_model_data

from functions.aws import clients
from local.aws.moto_direct import DirectAnswer, answer

ENVIRONMENT = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "made", "AWS_SECRET_ACCESS_KEY": "up"}


class Call(NamedTuple):
    """A call of AWS."""

    operation: str
    arguments: dict[str, Any]


type Hear = Callable[[Call], DirectAnswer | None]
"""Gets a call, and may raise what the client would raise without an answer. An answer goes in place of AWS's."""


class _Response(NamedTuple):
    status_code: int
    headers: dict[str, str]
    content: str | bytes


class _NoSigner:
    """What stands where a client of a test has its signer: moto checks no signature, and that takes a tenth of a test.

    moto reads the region from it.
    """

    def __init__(self, _credentials: object, service: str, region: str) -> None:
        self._scope = f"Credential=made/20260101/{region}/{service}/aws4_request"

    def add_auth(self, request: AWSRequest) -> None:
        request.headers["Authorization"] = self._scope


@dataclass
class _Moto:
    """What stands where a client has its connections. A call that goes elsewhere than to AWS uses one."""

    elsewhere: URLLib3Session
    before: list[Hear] = field(default_factory=list)
    after: list[Hear] = field(default_factory=list)

    def send(self, request: AWSPreparedRequest) -> _Response | AWSResponse:
        if not str(urlsplit(request.url).hostname).endswith(".amazonaws.com"):
            return self.elsewhere.send(request)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = cast("bytes", request.body)
        call = Call(headers["x-amz-target"].partition(".")[2], json.loads(body))
        answers = [hear(call) for hear in self.before]
        found = next(filter(None, answers), None) or answer(headers, request.url, body) or _by_moto(request)
        for hear in self.after:
            hear(call)
        return _Response(found.status, dict(found.headers), found.body)


@contextmanager
def an_account() -> Iterator[None]:
    """An account of AWS with nothing in it, for these clients. `mock_aws`, which boto3 needs, is slow."""
    _empty()
    try:
        yield
    finally:
        _empty()


def _empty() -> None:
    BackendDict.reset()
    reset_model_data()


def connect(service: str) -> Any:
    """A client as a function has it. Use it in an account: then what it stores is gone afterwards."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in ENVIRONMENT.items():
            patched.setenv(name, value)
        answer_by_moto(patched)
        patched.setattr(clients, "SigV4Auth", _NoSigner)
        return clients.connect(service, clients.Limits(connect=1, read=1))


def answer_by_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto answer each client that a function makes from now on until the test ends."""
    monkeypatch.setattr(clients, "URLLib3Session", lambda **arguments: _Moto(URLLib3Session(**arguments)))


@contextmanager
def hearing(client: Any, *, before: Hear | None = None, after: Hear | None = None) -> Iterator[None]:
    """Let the test hear of each call before it is made, or once it is."""
    moto: _Moto = client._http
    heard = [(some, hear) for some, hear in ((moto.before, before), (moto.after, after)) if hear is not None]
    for some, hear in heard:
        some.append(hear)
    try:
        yield
    finally:
        for some, hear in heard:
            some.remove(hear)


def _by_moto(request: AWSPreparedRequest) -> DirectAnswer:
    request.url = urljoin(request.url, "/")  # as it is in a request's first line
    found: Any = BotocoreStubber().process_request(request)
    return DirectAnswer(*found)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
