"""The signature, against the package that others sign with."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, integers, sampled_from, text
from standardwebhooks.webhooks import Webhook

from functions.http.standard_webhooks import HEADERS, WINDOW, read_key, sign, verify
from functions.http.verification import NotSigned
from tests.webhook_requests import KEY, NOW, OTHER_KEY, signed

BODY = b'{"type": "ping"}'
KEYS = (read_key(KEY),)


@given(body=text(), webhook_id=text("abc_-:/", min_size=1), now=integers(0, 4_000_000_000))
def test_what_the_package_signs_is_accepted_and_signed_the_same(body: str, webhook_id: str, now: int) -> None:
    """Byte for byte, whatever the body."""
    theirs = Webhook(KEY).sign(webhook_id, datetime.fromtimestamp(now, UTC), body)
    assert sign(KEYS[0], webhook_id, str(now), body.encode()) == theirs
    headers = dict(zip(HEADERS, (webhook_id, str(now), theirs), strict=True))
    assert verify(body.encode(), headers, KEYS, now) == webhook_id


def test_one_of_several_keys_and_of_several_signatures_is_enough() -> None:
    """So that either side can rotate its key."""
    headers = signed(BODY)
    headers["webhook-signature"] = f"v1a,xyz v1,{'A' * 43}= {headers['webhook-signature']}"
    assert verify(BODY, headers, (read_key(OTHER_KEY), *KEYS), NOW) == "evt_1"


@given(place=integers(0, len(BODY) - 1), bit=integers(0, 7))
def test_one_bit_of_the_body_makes_all_the_difference(place: int, bit: int) -> None:
    """Nothing of it is left unsigned."""
    changed = bytearray(BODY)
    changed[place] ^= 1 << bit
    with pytest.raises(NotSigned, match="no signature matched"):
        verify(bytes(changed), signed(BODY), KEYS, NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_id_and_time_are_signed_too(name: str) -> None:
    """Neither can be swapped."""
    headers = signed(BODY)
    headers[name] = {"webhook-id": "evt_2", "webhook-timestamp": str(int(NOW) + 1)}[name]
    with pytest.raises(NotSigned, match="no signature matched"):
        verify(BODY, headers, KEYS, NOW)


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_header_is_named(name: str) -> None:
    """An honest sender sees which one it forgot."""
    headers = {key: value for key, value in signed(BODY).items() if key != name}
    with pytest.raises(NotSigned, match=f"missing: {name}"):
        verify(BODY, headers, KEYS, NOW)


@pytest.mark.parametrize(("off", "words"), [(WINDOW + 1, "301 seconds behind"), (-WINDOW - 1, "301 seconds ahead of")])
def test_a_clock_that_is_off_is_told_by_how_much(off: int, words: str) -> None:
    """Old and future requests are refused; within five minutes either way is well."""
    with pytest.raises(NotSigned, match=words):
        verify(BODY, signed(BODY), KEYS, NOW + off)
    assert verify(BODY, signed(BODY), KEYS, NOW + off - off // abs(off)) == "evt_1"


def test_an_unknown_caller_is_told_the_same_as_one_with_a_wrong_key() -> None:
    """No key and a wrong one cannot be told apart."""
    told = []
    for keys in ((), (read_key(OTHER_KEY),)):
        with pytest.raises(NotSigned) as refused:
            verify(BODY, signed(BODY), keys, NOW)
        told.append(str(refused.value))
    assert told[0] == told[1]


def test_nobody_s_key_opens_nothing() -> None:
    """What stands in for missing keys is in the source, for all to read."""
    forged = signed(BODY, key="whsec_" + base64.b64encode(b"\0" * 24).decode())
    with pytest.raises(NotSigned, match="no signature matched"):
        verify(BODY, forged, KEYS, NOW)


def test_an_id_has_no_dot() -> None:
    """`a.1` at `2` and `a` at `1.2` would be signed by the same bytes."""
    with pytest.raises(NotSigned, match="without a dot"):
        verify(BODY, signed(BODY, webhook_id="a.1"), KEYS, NOW)


@given(
    body=binary(max_size=20),
    headers=dictionaries(sampled_from(HEADERS), text(max_size=20) | sampled_from(["1772447400", "v1,", "v1", ","])),
)
def test_garbage_is_refused_and_breaks_nothing(body: bytes, headers: dict[str, str]) -> None:
    """Whatever stands in headers and body."""
    with pytest.raises(NotSigned):
        verify(body, headers, KEYS, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_%%%",
        "whsec_" + base64.b64encode(b"short").decode(),
        KEY.removeprefix("whsec_"),
        KEY + "AAAA" * 20,
    ],
)
def test_a_key_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    """24 to 64 bytes in base64, after whsec_."""
    with pytest.raises(ValueError, match=r"whsec_|bytes") as refused:
        read_key(text)
    assert not text or text == "whsec_" or text not in str(refused.value)
