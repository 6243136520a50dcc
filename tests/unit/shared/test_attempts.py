"""The rules of an attempt that need no ledger."""

from datetime import timedelta

import pytest

from shared.attempts import LEASE, UNKNOWN_IS_HELD, Attempt, State, Unknown
from tests.builders import ANN, NOW, ORDER_ID, a_request


def claimed(*, calls: int = 1, token: str = "") -> Attempt:
    """A claim."""
    return Attempt(
        order_id=ORDER_ID,
        n=0,
        request=a_request(),
        actor=ANN,
        state=State.CALLING,
        calls=calls,
        began_at=NOW,
        token=token,
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (claimed(calls=1), claimed(calls=1), True),
        (claimed(calls=1), claimed(calls=2), False),
        (claimed(calls=1, token="a"), claimed(calls=2, token="a"), True),
        (claimed(calls=1, token="a"), claimed(calls=1, token="b"), False),
        (claimed(calls=1, token="a"), claimed(calls=1), False),
    ],
)
def test_a_claim_is_known_by_its_token(one: Attempt, other: Attempt, same: bool) -> None:
    """Claims of earlier versions of recordbot have none: there the count tells."""
    assert one.is_same_call(other) is other.is_same_call(one) is same


def test_a_claim_that_made_no_call_does_not_count() -> None:
    """The number of calls is how often RTC was asked."""
    assert claimed(calls=2).uncalled().calls == 1
    assert claimed(calls=2).waiting().calls == 2


def test_an_abandoned_call_holds_its_stream_from_its_lease_on() -> None:
    """However late the next recorder finds it."""
    outcome = claimed().abandoned(NOW + timedelta(minutes=10)).outcome
    assert outcome == Unknown(failure=None, held_until=NOW + LEASE + UNKNOWN_IS_HELD)
