"""Which calls a mishap meets, and whether they are carried out."""

import pytest

from local.http_message import Wire
from local.mishaps import Mishap, Mishaps


@pytest.mark.parametrize(
    ("mishap", "carried_out"),
    [
        (Mishap(), True),
        (Mishap(delay=1), True),
        (Mishap(status=500), False),
        (Mishap(status=500, made=True), True),
        (Mishap(wire=Wire.RESET), False),
        (Mishap(wire=Wire.RESET, made=True), True),
        (Mishap(wire=Wire.NOTHING, delay=60), False),
    ],
)
def test_a_call_is_carried_out_if_told_or_if_only_late(mishap: Mishap, *, carried_out: bool) -> None:
    """By default what fails has made nothing; `made` is the case where it has."""
    assert mishap.carried_out is carried_out


def test_mishaps_meet_the_calls_they_were_told_for_and_as_often() -> None:
    """One for two starts leaves other calls alone, and is used up after two."""
    mishaps, failing = Mishaps[str, Mishap](), Mishap(status=500)
    mishaps.tell(failing, "start", 2)
    assert [mishaps.take(operation) for operation in ("show", "start", "stop", "start", "start")] == [
        None,
        failing,
        None,
        failing,
        None,
    ]


def test_a_mishap_for_any_call_lasts_until_cleared_and_others_queue_behind() -> None:
    """The oldest that fits is taken; without a number of times it stays."""
    mishaps, first, lasting = Mishaps[str, Mishap](), Mishap(status=500), Mishap(status=503)
    mishaps.tell(first, None, 1)
    mishaps.tell(lasting, None, None)
    assert [mishaps.take(operation) for operation in ("start", "show", "token")] == [first, lasting, lasting]
    mishaps.clear()
    assert mishaps.take("start") is None
