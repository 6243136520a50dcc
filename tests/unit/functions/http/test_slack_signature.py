"""The signature's rules; that slack_sdk agrees is in tests/contract/test_slack_signatures.py."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, integers, sampled_from, text

from functions.http.slack_signature import is_signed
from tests.slack_requests import NOW, SIGNING_SECRET, signed


def _headers(body: bytes, secret: str = SIGNING_SECRET, now: float = NOW) -> dict[str, str]:
    return {name.lower(): value for name, value in signed(body, secret=secret, now=now).items()}


@pytest.mark.parametrize(
    ("age", "good"), [(0, True), (300, True), (300.5, False), (301, False), (-300, True), (-301, False)]
)
def test_a_signature_holds_for_five_minutes(age: float, good: bool) -> None:
    """Around our clock, both ways; later it may be a replay."""
    assert is_signed(b"text=hi", _headers(b"text=hi"), [SIGNING_SECRET], NOW + age) is good


def test_any_of_the_secrets_in_use_will_do() -> None:
    """While a secret is rotated Slack may sign with either; with none in use, nothing is signed."""
    for secret in ("old", "new"):
        assert is_signed(b"a", _headers(b"a", secret), ["new", "old"], NOW)
    assert not is_signed(b"a", _headers(b"a", "other"), ["new", "old"], NOW)
    assert not is_signed(b"a", _headers(b"a"), [], NOW)


@given(data=binary(min_size=1).filter(lambda data: data.isascii()), at=integers(min_value=0), bit=integers(0, 7))
def test_a_flipped_bit_is_noticed(data: bytes, at: int, bit: int) -> None:
    """Whichever bit of the body it is."""
    flipped = bytearray(data)
    flipped[at % len(data)] ^= 1 << bit
    assert not is_signed(bytes(flipped), _headers(data), [SIGNING_SECRET], NOW)


@given(dictionaries(sampled_from(["x-slack-request-timestamp", "x-slack-signature", "other"]), text()), binary())
def test_garbage_in_the_headers_is_no_signature_and_no_error(headers: dict[str, str], body: bytes) -> None:
    """Text that is no number, no hex or no Unicode counts as not signed."""
    assert is_signed(body, headers, [SIGNING_SECRET], NOW) is False


@pytest.mark.parametrize("timestamp", ["", "now", "1.5", "1e9", "9" * 400, "9" * 5000, "\ud800", "inf", "nan"])
def test_a_timestamp_that_is_no_time_is_no_signature(timestamp: str) -> None:
    """Bolt's own adapter fails on these."""
    headers = _headers(b"a") | {"x-slack-request-timestamp": timestamp}
    assert is_signed(b"a", headers, [SIGNING_SECRET], NOW) is False
