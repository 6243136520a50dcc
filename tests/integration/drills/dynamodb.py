"""The drills of DynamoDB: each way to fail, at each write of an order's life."""

from collections.abc import Callable

from local.aws.faults import DENIED, Fault
from local.http_message import Wire
from shared.log_events import LogEvent
from tests.integration.drills.drill import MISTAKE, NO_RULES, RECORDING, STARTING, UNKNOWN, Drill
from tests.integration.drills.place import Place

WRITES = {
    "a claim": r"\"state\":\"calling\"",
    "the settling": r"\"state\":\"settled\"",
    "the beginning of an answer": r"\"begun\":1,\"answering_until\":\"",
    "the end of an answer": r"\"answered_at\":\"",
}
"""What a body of TransactWriteItems has in it, by what is written."""
FAILED = Fault(status=500, code="InternalServerError")
LOST = Fault(wire=Wire.RESET, made=True)
THROTTLED = Fault(status=400, code="ThrottlingException")
CANCELLED = Fault(status=400, code="TransactionCanceledException", reason="ThrottlingError")
CONFLICT = Fault(status=400, code="TransactionCanceledException", reason="TransactionConflict")
FAULTS = {
    "throttles {} twice": [THROTTLED] * 2,
    "cancels {} as throttled": [CANCELLED],
    "meets {} with a conflict, five times": [CONFLICT] * 5,
    "answers {} with 500, twice": [FAILED] * 2,
    "carries out {} and resets the connection, and cancels its second try as throttled": [LOST, CANCELLED],
    "carries out {} and resets the connection, also at its second try": [LOST] * 2,
    "carries out {} too slowly": [Fault(delay=2.5)] * 2,
}


def _drill(what: str, how: str, reads: tuple[str, ...] = (RECORDING,)) -> Drill:
    faults = FAULTS[how]
    # The next try at once mends one that was cancelled, and a read finds a claim that is stored.
    is_mended = faults[-1] is CANCELLED or (what == "a claim" and faults[0].carried_out)
    log = LogEvent.NOT_STORED if what == "the settling" else LogEvent.AWS_AWAY

    def fail(place: Place) -> None:
        for fault in faults:
            place.aws.misbehave(fault, "TransactWriteItems", holding=WRITES[what])

    return Drill("DynamoDB", how.format(what), fail, reads, log=() if is_mended else (log,))


def _lose_the_claim(place: Place) -> None:
    """The claim is stored, and nothing is heard of it: not by the write, nor by the question what came of it."""
    place.aws.misbehave(LOST, "TransactWriteItems", holding=WRITES["a claim"], times=2)
    place.aws.misbehave(FAILED, "GetItem", holding="attempt#0", times=2)


def _away(place: Place) -> None:
    for operation in ("TransactWriteItems", "GetItem", "Query"):
        place.aws.misbehave(FAILED, operation, times=None)


def _no_turn(fault: Fault, times: int | None) -> Callable[[Place], object]:
    return lambda place: place.aws.misbehave(fault, "UpdateItem", times=times)


def _away_for_the_settling(place: Place) -> None:
    place.aws.misbehave(FAILED, "TransactWriteItems", holding=WRITES["the settling"], times=None)


def _away_with_the_queue(place: Place, times: int | None = None) -> None:
    place.aws.misbehave(FAILED, "TransactWriteItems", holding=WRITES["the settling"], times=times and 2 * times)
    place.aws.misbehave(DENIED, "SendMessage", holding=r"\"kind\":\"settle\"", times=times)


DRILLS = [
    *(_drill(what, how) for what in ("a claim", "the settling") for how in FAULTS),
    _drill("the beginning of an answer", "throttles {} twice"),
    _drill("the beginning of an answer", "meets {} with a conflict, five times"),
    _drill("the beginning of an answer", "carries out {} and resets the connection, also at its second try"),
    _drill("the end of an answer", "throttles {} twice", (STARTING, RECORDING)),
    _drill("the end of an answer", "carries out {} and resets the connection, also at its second try"),
    Drill(
        "DynamoDB",
        "carries out a claim, and then gives no answer to anything for a while",
        _lose_the_claim,
        log=(LogEvent.NOT_STORED,),
    ),
    Drill("DynamoDB", "is away for good", _away, (NO_RULES,), 0, "nothing", log=(LogEvent.AWS_AWAY,)),
    Drill(
        "DynamoDB",
        "fails twice when the turn to call RTC is booked",
        _no_turn(FAILED, 2),
        log=(LogEvent.AWS_AWAY,),
    ),
    Drill(
        "DynamoDB",
        "refuses to book a turn (no permission)",
        _no_turn(DENIED, None),
        (MISTAKE,),
        0,
        "not_started",
        1,
        log=(LogEvent.ORDER_FAILED,),
    ),
    Drill(
        "DynamoDB",
        "refuses us for good (no permission)",
        lambda place: place.aws.misbehave(DENIED, "TransactWriteItems", times=None),
        (MISTAKE,),
        0,
        "nothing",
        1,
        log=(LogEvent.ORDER_FAILED,),
    ),
    Drill(
        "DynamoDB",
        "takes no outcome for good, after RTC made the job",
        _away_for_the_settling,
        (UNKNOWN,),
        1,
        "calling",
        1,
        (LogEvent.AWS_AWAY, LogEvent.NOT_STORED, LogEvent.RESULT_LOST),
    ),
    Drill(
        "DynamoDB",
        "takes no outcome, and SQS takes no settle, once",
        lambda place: _away_with_the_queue(place, 1),
        (UNKNOWN, RECORDING),
        log=(LogEvent.NOT_STORED, LogEvent.RESULT_LOST),
    ),
    Drill(
        "DynamoDB",
        "takes no outcome for good, and SQS takes no settle",
        _away_with_the_queue,
        (UNKNOWN, UNKNOWN),
        1,
        "calling",
        1,
        (LogEvent.AWS_AWAY, LogEvent.NOT_STORED, LogEvent.RESULT_LOST),
    ),
]
