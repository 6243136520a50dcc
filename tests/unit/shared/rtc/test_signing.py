"""The signer gives, letter for letter, what Huawei's own SDK gives."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rtc.signing import sign
from tests.paths import SAMPLES

VECTORS = json.loads((SAMPLES / "signing_vectors.json").read_text())["vectors"]
NOW = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
URL = "https://rtc.example/v2/apps/app1/individual-stream-jobs"


def body_of(vector: dict[str, Any]) -> bytes:
    """The vector's body as bytes."""
    if vector["body"] is None:
        return b""
    body: str = vector["body"]
    return bytes.fromhex(body) if vector["body_encoding"] == "hex" else body.encode()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_known_answer_is_met(vector: dict[str, Any]) -> None:
    """Canonical request, string to sign and every header on the wire equal the SDK's."""
    headers = {name: value for name, value in vector["headers"].items() if name != "X-Sdk-Date"}
    for name, field in (("X-Project-Id", "project_id"), ("X-Security-Token", "security_token")):
        if vector[field] is not None:
            headers[name] = vector[field]
    signed = sign(
        vector["method"],
        vector["url"],
        headers,
        body_of(vector),
        access_key=vector["ak"],
        secret_key=vector["sk"],
        now=datetime.strptime(vector["date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
    )
    assert signed.canonical_request == vector["expected"]["canonical_request"]
    assert signed.string_to_sign == vector["expected"]["string_to_sign"]
    assert signed.headers == vector["expected"]["final_headers"]


def authorization(url: str = URL, headers: dict[str, str] | None = None, body: bytes = b"{}") -> str:
    """The Authorization header of a POST by made-up keys."""
    keys = {"access_key": "AK", "secret_key": "SK"}
    return sign("POST", url, headers or {}, body, now=NOW, **keys).headers["Authorization"]


@given(st.text(), st.text(), st.binary())
def test_signing_takes_any_path_value_and_body(path: str, value: str, body: bytes) -> None:
    """Every text that has a UTF-8 form can be signed, and the same input gives the same signature."""
    url = f"{URL}/{path.replace('?', '').replace('#', '')}"
    assert authorization(url, {"X-A": value}, body) == authorization(url, {"X-A": value}, body)


@given(st.binary(), st.binary())
def test_another_body_has_another_signature(one: bytes, other: bytes) -> None:
    """The body's every byte is signed."""
    assert (authorization(body=one) == authorization(body=other)) == (one == other)


def test_a_default_port_is_not_part_of_the_host() -> None:
    """Host names its port only where that is not the scheme's own."""
    assert authorization("https://rtc.example:443/") == authorization("https://rtc.example/")
    assert authorization("https://rtc.example:8443/") != authorization("https://rtc.example/")


def test_the_date_is_utc_whatever_zone_the_clock_has() -> None:
    """A clock in another zone signs the same moment."""
    keys = {"access_key": "AK", "secret_key": "SK"}
    east = NOW.astimezone(timezone(timedelta(hours=8)))
    assert sign("GET", URL, {}, b"", now=east, **keys) == sign("GET", URL, {}, b"", now=NOW, **keys)


def test_the_secret_key_is_nowhere_in_the_result() -> None:
    """What is signed with a key does not hold it."""
    signed = sign("GET", URL, {}, b"", access_key="AK", secret_key="very-s3cret", now=NOW)
    assert "very-s3cret" not in repr(signed)
