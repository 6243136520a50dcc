"""The drills of RTC, of clocks that are off, and of messages that come twice."""

import json
import socket
import time
from collections.abc import Callable
from datetime import timedelta

from local.http_message import Wire
from local.rtc.faults import Fault
from tests.integration.drills.drill import COMMAND, NOT_RECORDED, RECORDING, UNKNOWN, Drill
from tests.integration.drills.place import Place
from tests.raw_server import http

CLOCK_OFF = timedelta(minutes=20)
NEVER = 3600.0
HTML = "<p>" + "x" * 100_000


def _start(fault: Fault, times: int | None = 1) -> Callable[[Place], object]:
    return lambda place: place.rtc.misbehave(fault, operation="start", times=times)


def _refused(what: str, fault: Fault) -> Drill:
    return Drill("RTC", what, _start(fault), (NOT_RECORDED,), 0, "not_started")


def _unknown(what: str, fault: Fault) -> Drill:
    return Drill("RTC", what, _start(fault), (UNKNOWN,), int(fault.made), "unknown")


def _drip(place: Place) -> None:
    def reply(connection: socket.socket) -> None:
        for byte in http(201, b'{"job_id": "1"}'):
            connection.sendall(bytes([byte]))
            time.sleep(0.5)

    place.replace_rtc(reply)


def _interim(place: Place) -> None:
    """Each answer is sent after interim ones; the job's id says which start it belongs to."""
    jobs = iter(range(1, 9))

    def reply(connection: socket.socket) -> None:
        body = json.dumps({"job_id": str(next(jobs)), "state": "RUNNING"}).encode()
        interim = "".join(f"HTTP/1.1 {status} X\r\nX-Y: z\r\n\r\n" for status in (100, 102, 103))
        connection.sendall(interim.encode() + http(201, body))

    place.replace_rtc(reply)


def _two_commands(place: Place) -> None:
    place.type(COMMAND)
    place.type(COMMAND.replace("user001", "user002"))


DRILLS = [
    _refused("refuses the request (400)", Fault(status=400, error_code="RTC.00001007")),
    _refused("refuses recordbot's key (401)", Fault(status=401, error_code="APIGW.0301")),
    _refused("refuses recordbot's rights (403)", Fault(status=403, error_code="RTC.00001021")),
    _refused("doesn't know the app (404)", Fault(status=404, error_code="RTC.00001003")),
    Drill("RTC", "throttles twice (429)", _start(Fault(status=429), 2)),
    Drill("RTC", "throttles for good (429)", _start(Fault(status=429), None), (NOT_RECORDED,), 0, "not_started"),
    Drill("RTC", "fails once and says so (500 with its code)", _start(Fault(status=500, error_code="RTC.00002001"))),
    _unknown("answers 500 without its code", Fault(status=500)),
    _unknown("makes the job, and its gateway answers 502", Fault(status=502, made=True)),
    _unknown("answers 503", Fault(status=503)),
    _unknown("makes the job, and its gateway answers 504", Fault(status=504, made=True)),
    _unknown("answers with a redirect (302)", Fault(status=302)),
    _unknown(
        "makes the job, and answers with 100 kB of HTML", Fault(status=200, body="<p>" + "x" * 100_000, made=True)
    ),
    _unknown("makes the job, and cuts its answer", Fault(wire=Wire.CUT, made=True)),
    _unknown("resets the connection before it makes the job", Fault(wire=Wire.RESET)),
    _unknown("resets the connection after it made the job", Fault(wire=Wire.RESET, made=True)),
    _unknown("is silent, and makes no job", Fault(wire=Wire.NOTHING, delay=NEVER)),
    _unknown("is silent after it made the job", Fault(wire=Wire.NOTHING, delay=NEVER, made=True)),
    Drill("RTC", "sends its answer byte by byte, too slowly", _drip, (UNKNOWN,), 1, "unknown"),
    Drill(
        "RTC",
        "sends interim answers (100, 102, 103) before each answer",
        _interim,
        (RECORDING, RECORDING.replace("user001", "user002")),
        2,
        "started, started",
        play=_two_commands,
    ),
    Drill(
        "RTC",
        "has a clock that is 20 minutes ahead of ours",
        lambda place: place.rtc.check_signatures(clock_ahead=CLOCK_OFF),
        (NOT_RECORDED,),
        0,
        "not_started",
    ),
]
