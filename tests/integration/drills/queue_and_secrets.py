"""The drills of SQS and Secrets Manager."""

import json

from local.aws.faults import DENIED, Fault
from local.http_message import Wire
from local.rtc.faults import Fault as RtcFault
from shared.log_events import LogEvent
from tests.integration.drills.drill import COMMAND, MISTAKE, NOT_FINISHED, RECORDING, USER, Drill
from tests.integration.drills.place import Place
from tests.webhook_requests import an_event

FAILED = Fault(status=500, code="InternalServiceError")
LOST = Fault(wire=Wire.RESET, made=True)
NOT_PASSED_ON = "⚠️ Nothing was done: recordbot could not pass the order on."
PERHAPS = "❓ Your order may or may not be on its way."
NOT_NOW = "⚠️ recordbot can't take this just now: AWS does not answer."
START = json.loads(an_event())
NOT_TAKEN = "HTTP 503, Retry-After: 30"


def _silent(place: Place) -> None:
    place.aws_limit = 1
    place.aws.misbehave(Fault(delay=3, wire=Wire.NOTHING), "SendMessage", times=None)


def _not_delayed(place: Place) -> None:
    place.rtc.misbehave(RtcFault(status=500, error_code="RTC.00002001"), operation="start")
    place.aws.misbehave(DENIED, "ChangeMessageVisibility")


def _again_later(place: Place) -> None:
    """The secrets were read, and are due again, but can't be read."""
    place.type(COMMAND)
    place.clock.tick(301)
    place.aws.misbehave(FAILED, "GetSecretValue", times=None)
    place.type(COMMAND.replace(USER, "user002"))


DRILLS = [
    Drill(
        "SQS",
        "refuses the order",
        lambda place: place.aws.misbehave(DENIED, "SendMessage", times=None),
        (NOT_PASSED_ON,),
        0,
        "nothing",
    ),
    Drill("SQS", "is silent", _silent, (PERHAPS,), 0, "nothing"),
    Drill(
        "SQS",
        "takes the order twice and gives no answer",
        lambda place: place.aws.misbehave(LOST, "SendMessage", times=2),
        (PERHAPS, RECORDING),
    ),
    Drill(
        "SQS",
        "takes the order without an answer, and answers at the second try",
        lambda place: place.aws.misbehave(LOST, "SendMessage"),
    ),
    Drill(
        "SQS",
        "refuses the next check",
        lambda place: place.aws.misbehave(DENIED, "SendMessage", holding=r"\"kind\":\"check\""),
    ),
    Drill("SQS", "delays no message that has to wait (ChangeMessageVisibility fails)", _not_delayed),
    Drill(
        "Secrets Manager",
        "fails at the cold start of Slack's door",
        lambda place: place.aws.misbehave(FAILED, "GetSecretValue", holding="SlackSecret", times=None),
        (NOT_NOW,),
        0,
        "nothing",
        log=(LogEvent.AWS_AWAY,),
    ),
    Drill(
        "Secrets Manager",
        "refuses Slack's door (no permission)",
        lambda place: place.aws.misbehave(DENIED, "GetSecretValue", holding="SlackSecret", times=None),
        (MISTAKE,),
        0,
        "nothing",
        log=(LogEvent.DOOR_FAILED,),
    ),
    Drill(
        "Secrets Manager",
        "fails twice at the recorder's cold start",
        lambda place: place.aws.misbehave(FAILED, "GetSecretValue", holding="RecorderSecret", times=2),
        log=(LogEvent.AWS_AWAY,),
    ),
    Drill(
        "Secrets Manager",
        "is away for good at the recorder's cold start",
        lambda place: place.aws.misbehave(FAILED, "GetSecretValue", holding="RecorderSecret", times=None),
        (NOT_FINISHED,),
        0,
        "not_started",
        1,
        (LogEvent.AWS_AWAY,),
    ),
    Drill(
        "Secrets Manager",
        "is away while the functions are warm",
        lambda _: None,
        (RECORDING, RECORDING.replace(USER, "user002")),
        2,
        "started, started",
        play=_again_later,
    ),
    Drill(
        "Secrets Manager",
        "fails at the cold start of the webhook",
        lambda place: place.aws.misbehave(FAILED, "GetSecretValue", holding="WebhookSecret", times=None),
        (NOT_TAKEN,),
        0,
        "nothing",
        log=(LogEvent.AWS_AWAY,),
        play=lambda place: place.send(START),
    ),
    Drill(
        "SQS",
        "refuses a caller's order",
        lambda place: place.aws.misbehave(DENIED, "SendMessage", times=None),
        (NOT_TAKEN,),
        0,
        "nothing",
        play=lambda place: place.send(START),
    ),
]
