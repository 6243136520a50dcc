"""Which calls a fault meets, and whether they are carried out."""

import pytest

from local.faults import Fault, Faults
from local.http_message import Wire


@pytest.mark.parametrize(
    ("fault", "carried_out"),
    [
        (Fault(), True),
        (Fault(delay=1), True),
        (Fault(status=500), False),
        (Fault(status=500, made=True), True),
        (Fault(wire=Wire.RESET), False),
        (Fault(wire=Wire.RESET, made=True), True),
        (Fault(wire=Wire.NOTHING, delay=60), False),
    ],
)
def test_a_call_is_carried_out_if_told_or_if_only_late(fault: Fault, *, carried_out: bool) -> None:
    """By default what fails has made nothing; `made` is the case where it has."""
    assert fault.carried_out is carried_out


def test_faults_meet_the_calls_they_were_told_for_and_as_often() -> None:
    """One for two starts leaves other calls alone, and is used up after two."""
    faults, failing = Faults[str, Fault](), Fault(status=500)
    faults.add(failing, "start", 2)
    assert [faults.take(operation) for operation in ("show", "start", "stop", "start", "start")] == [
        None,
        failing,
        None,
        failing,
        None,
    ]


def test_a_fault_for_any_call_lasts_until_cleared_and_others_queue_behind() -> None:
    """The oldest that fits is taken; without a number of times it stays."""
    faults, first, lasting = Faults[str, Fault](), Fault(status=500), Fault(status=503)
    faults.add(first, None, 1)
    faults.add(lasting, None, None)
    assert [faults.take(operation) for operation in ("start", "show", "token")] == [first, lasting, lasting]
    faults.clear()
    assert faults.take("start") is None
