"""Requests to this machine go there, whatever proxy the environment names; other requests use it."""

import ast
import re
from collections.abc import Iterator

import pytest

from local.direct_http import session_to
from tests.paths import ROOT
from tests.raw_server import RawServer, http, sends

PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@pytest.fixture(name="proxy")
def _proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    """A proxy that the environment names and that reaches nothing; it keeps what it was asked."""
    with RawServer(sends(http(502))) as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.endpoint)
        yield proxy


def test_this_machine_is_reached_without_the_proxy(proxy: RawServer) -> None:
    """Nothing of the request reaches the proxy."""
    with RawServer(sends(http(204))) as server, session_to(server.endpoint) as session:
        assert session.get(server.endpoint, timeout=30).status_code == 204
    assert not proxy.requests


def test_another_machine_is_reached_through_the_proxy(proxy: RawServer) -> None:
    """As in a company that lets nothing else out."""
    with session_to("http://hooks.example/") as session:
        assert session.get("http://hooks.example/", timeout=30).status_code == 502
    assert proxy.requests[0].startswith(b"GET http://hooks.example/ ")


@pytest.mark.parametrize(
    ("url", "trusts"),
    [
        ("http://127.0.0.1:1/", False),
        ("http://127.8.9.1/", False),
        ("http://[::1]:1/", False),
        ("http://LOCALHOST:3000/", False),
        ("http://api.localhost/", False),
        ("https://localhost.example/", True),
        ("https://127.0.0.1.example/", True),
        ("https://10.0.0.1/", True),
    ],
)
def test_this_machine_is_known_by_its_name_or_address(url: str, trusts: bool) -> None:
    """Not by how a name begins."""
    with session_to(url) as session:
        assert session.trust_env == trusts


def test_the_local_system_has_no_other_way_to_send() -> None:
    """A request that requests or urllib sends by itself would use the environment's proxy."""
    senders = {"Session", "request", "get", "post", "put", "delete", "urlopen"}
    found = set()
    for path in (ROOT / "local").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text if re.search(r"\b(requests|urllib)\.", text) else "")):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="requests" | "urllib"), attr=name)) if (
                    name in senders
                ):
                    found.add(path.name)
    assert found == {"direct_http.py"}
