"""The signature of RTC's callbacks: who has no key, or sends again what was sent, gets nowhere."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, integers, sampled_from, text

from functions.http.rtc_signature import verify
from functions.http.verification import NotSigned
from tests.callback_requests import CALLBACK_KEY, callback_headers
from tests.webhook_requests import NOW


def holds(body: bytes, headers: dict[str, str], *keys: str, now: float = NOW) -> bool:
    """Whether the signature is accepted."""
    try:
        verify(body, headers, keys or (CALLBACK_KEY,), now)
    except NotSigned:
        return False
    return True


def test_the_answer_to_huaweis_own_example_code_is_known() -> None:
    """Made with `printf '5f5e171772447400{}' | openssl dgst -sha256 -hmac callback-key-of-the-tests-0123456789`."""
    headers = callback_headers(b"{}")
    assert headers["x-rtc-signature"] == "7d29f8890bb0c70f577c0f706e5b71a958ba4ced08d897d5229022810b8a76bf"
    assert holds(b"{}", headers)


@pytest.mark.parametrize(
    ("age", "good"), [(0, True), (300, True), (300.5, False), (301, False), (-300, True), (-301, False)]
)
@pytest.mark.parametrize("milliseconds", [True, False])
def test_a_signature_holds_for_five_minutes(age: float, good: bool, milliseconds: bool) -> None:
    """Around our clock, both ways; later it may be a replay."""
    assert holds(b"{}", callback_headers(b"{}", milliseconds=milliseconds), now=NOW + age) is good


def test_any_of_the_keys_in_use_will_do() -> None:
    """While a key is rotated RTC may sign with either; with none, nothing is signed."""
    for key in ("old", "new"):
        assert holds(b"{}", callback_headers(b"{}", key=key), "new", "old")
    assert not holds(b"{}", callback_headers(b"{}", key="other"), "new", "old")
    with pytest.raises(NotSigned):
        verify(b"{}", callback_headers(b"{}"), [], NOW)


@given(data=binary(min_size=1), at=integers(min_value=0), bit=integers(0, 7))
def test_a_flipped_bit_is_noticed(data: bytes, at: int, bit: int) -> None:
    """Whichever bit of the body it is."""
    flipped = bytearray(data)
    flipped[at % len(data)] ^= 1 << bit
    assert not holds(bytes(flipped), callback_headers(data))


@given(rand=text("0123456789", min_size=3, max_size=20), moved=integers(1, 12))
def test_no_part_grows_at_the_cost_of_another(rand: str, moved: int) -> None:
    """Nothing stands between the parts, so digits could be moved between the random number and the time."""
    headers = callback_headers(b"{}", rand=rand)
    signed = rand + headers["x-rtc-timestamp"]
    other = {"x-rtc-rand": signed[:-moved], "x-rtc-timestamp": signed[-moved:]}
    if other["x-rtc-rand"] != rand:
        assert not holds(b"{}", headers | other)


@given(
    dictionaries(sampled_from(["x-rtc-rand", "x-rtc-timestamp", "x-rtc-signature", "other"]), text()),
    binary(),
)
def test_garbage_in_the_headers_is_no_signature_and_no_error(headers: dict[str, str], body: bytes) -> None:
    """Text that is no number, no hex or no Unicode counts as not signed."""
    assert not holds(body, headers)
