"""The stand-in's verification of AK/SK signatures, against requests that Huawei's own SDK signed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import requests
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from local.http_message import Headers, Request
from local.rtc.refusal import Refused
from local.rtc.signature import LOCK_TIME, WRONG_SIGNATURES, Key, SignatureCheck, canonical_request
from tests.in_memory import as_received
from tests.paths import SAMPLES
from tests.settable_clock import SettableClock

VECTORS: dict[str, dict[str, Any]] = {
    vector["name"]: vector for vector in json.loads((SAMPLES / "signing_vectors.json").read_bytes())["vectors"]
}


def _request(vector: dict[str, Any]) -> Request:
    body = vector["body"] or ""
    content = bytes.fromhex(body) if vector["body_encoding"] == "hex" else body.encode()
    prepared = requests.Request(vector["method"], vector["url"], data=content).prepare()
    prepared.headers = requests.structures.CaseInsensitiveDict(vector["expected"]["final_headers"])
    return as_received(prepared)


def _check(vector: dict[str, Any], clock: Callable[[], datetime] | None = None) -> SignatureCheck:
    date = datetime.strptime(vector["date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    keys = {vector["ak"]: Key(vector["sk"], vector["security_token"] or "")}
    return SignatureCheck(keys, clock or SettableClock(date))


def _with_header(request: Request, name: str, value: str | None) -> Request:
    kept = tuple((key, old) for key, old in request.headers if key.lower() != name.lower())
    return replace(request, headers=Headers(kept if value is None else (*kept, (name, value))))


@pytest.mark.parametrize("name", VECTORS)
def test_what_the_sdk_signed_is_accepted(name: str) -> None:
    """Every vector's request verifies, and its canonical form is the SDK's, byte for byte."""
    vector = VECTORS[name]
    request = _request(vector)
    assert _check(vector).verify(request) == vector["ak"]
    names = vector["expected"]["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert canonical_request(request, names).decode() == vector["expected"]["canonical_request"]


@settings(deadline=None)
@given(data=st.data())
def test_any_flipped_byte_of_a_signed_request_is_refused(data: st.DataObject) -> None:
    """One other byte in method, path, query, a signed header, the Authorization or the body, and it is 401."""
    vector = data.draw(st.sampled_from([vector for name, vector in VECTORS.items() if name != "p-root"]))
    request = _request(vector)

    def flip(text: str) -> str:
        assume(text)
        place = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(st.characters(max_codepoint=255, exclude_characters=text[place]))
        return text[:place] + other + text[place + 1 :]

    part = data.draw(st.sampled_from(["method", "target", "header's name", "header's value", "body"]))
    if part == "method":
        changed = replace(request, method=flip(request.method))
    elif part == "target":
        changed = replace(request, target=flip(request.target))
        # %C3 and %c3 are one byte: the same request, written in another way.
        assume(unquote_to_bytes(changed.target.encode("latin-1")) != unquote_to_bytes(request.target))
    elif part == "body":
        changed = replace(request, body=flip(request.body.decode("latin-1")).encode("latin-1"))
    else:
        signed = [index for index, (name, _) in enumerate(request.headers) if "_" not in name]
        index = data.draw(st.sampled_from(signed))
        name, value = request.headers.pairs[index]
        pair = (flip(name), value) if part == "header's name" else (name, flip(value))
        assume(pair[0].lower() != name.lower() or pair[1] != value)  # names compare without case
        changed = replace(
            request, headers=Headers((*request.headers.pairs[:index], pair, *request.headers.pairs[index + 1 :]))
        )
    with pytest.raises(Refused) as refused:
        _check(vector).verify(changed)
    assert (refused.value.status, refused.value.code) == (401, "APIGW.0301")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Host", None, "host is signed"),
        ("X-Sdk-Date", None, "x-sdk-date is signed"),
        ("Authorization", "SDK-HMAC-SHA256 Access=a", "not of the form"),
        ("Authorization", None, "not of the form"),
        ("X-Security-Token", "of-no-use", "x-security-token must be signed"),
    ],
)
def test_a_header_that_must_be_there_or_signed(name: str, value: str | None, why: str) -> None:
    """Without it, or with it unsigned, the request is refused, and the answer says why."""
    vector = VECTORS["rtc-create"]
    with pytest.raises(Refused, match=why):
        _check(vector).verify(_with_header(_request(vector), name, value))


@pytest.mark.parametrize("left_out", ["host", "x-sdk-date", "content-type", "x-project-id"])
def test_the_headers_that_matter_must_be_among_the_signed_ones(left_out: str) -> None:
    """Host, date, type and project can't be sent beside the signature."""
    vector = VECTORS["rtc-create"]
    request = _request(vector)
    names = request.headers.get("Authorization").replace(f"{left_out};", "").replace(f";{left_out}", "")
    with pytest.raises(Refused, match=f"{left_out} must be signed"):
        _check(vector).verify(_with_header(request, "Authorization", names))


def test_a_signed_header_may_not_come_twice() -> None:
    """Of two values only one can have been signed."""
    vector = VECTORS["rtc-create"]
    request = _request(vector)
    doubled = replace(request, headers=Headers((*request.headers.pairs, ("host", "elsewhere.example"))))
    with pytest.raises(Refused, match="host is signed, and must be present once"):
        _check(vector).verify(doubled)


@pytest.mark.parametrize("token", [None, "another"])
def test_a_temporary_key_needs_its_own_security_token(token: str | None) -> None:
    """The key's token is expected; none, or another one, is refused."""
    vector = VECTORS["rtc-create-security-token"]
    check = _check(vector | {"security_token": "expected"})
    with pytest.raises(Refused, match="x-security-token is"):
        check.verify(_with_header(_request(vector), "X-Security-Token", token))


@pytest.mark.parametrize("minutes", [-16, -15, 15, 16])
def test_a_date_is_good_for_fifteen_minutes_either_way(minutes: int) -> None:
    """Clocks may differ by a quarter of an hour; beyond that a request is stale."""
    vector = VECTORS["rtc-create"]
    date = datetime.strptime(vector["date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    check = _check(vector, SettableClock(date + timedelta(minutes=minutes)))
    if abs(minutes) == 15:
        assert check.verify(_request(vector)) == vector["ak"]
    else:
        with pytest.raises(Refused, match="x-sdk-date"):
            check.verify(_request(vector))


@pytest.mark.parametrize("date", ["20240230T000000Z", "2024-02-29T23:59:59Z", "20240229T235959", "٢0240229T235959Z"])
def test_a_date_must_be_one(date: str) -> None:
    """Other forms, and days that never were, are refused."""
    vector = VECTORS["rtc-create"]
    with pytest.raises(Refused, match="x-sdk-date"):
        _check(vector).verify(_with_header(_request(vector), "X-Sdk-Date", date))


def test_five_wrong_signatures_in_a_row_lock_the_key_for_five_minutes() -> None:
    """Then right ones are refused as well, with words of their own, until the time is over."""
    vector = VECTORS["rtc-create"]
    clock = SettableClock(datetime.strptime(vector["date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    check, right = _check(vector, clock), _request(vector)
    wrong = replace(right, body=b"{}")
    for _ in range(WRONG_SIGNATURES):
        with pytest.raises(Refused, match="verify aksk signature fail"):
            check.verify(wrong)
    for request in (right, wrong):
        with pytest.raises(Refused, match="AK access failed to reach the limit"):
            check.verify(request)
    clock.now += LOCK_TIME
    assert check.verify(right) == vector["ak"]


def test_a_right_signature_ends_the_row_of_wrong_ones() -> None:
    """Four wrong ones, a right one, four wrong ones: the key is still open."""
    vector = VECTORS["rtc-create"]
    check, right = _check(vector), _request(vector)
    for _ in range(2):
        for _ in range(WRONG_SIGNATURES - 1):
            with pytest.raises(Refused, match="verify aksk signature fail"):
                check.verify(replace(right, body=b"{}"))
        assert check.verify(right) == vector["ak"]


def test_an_unknown_key_is_refused_by_name() -> None:
    """Who is not known isn't asked for a signature."""
    vector = VECTORS["rtc-create"]
    with pytest.raises(Refused, match=f"ak: {vector['ak']}, ak not exist"):
        _check(vector | {"ak": "SOMEONEELSE"}).verify(_request(vector))
