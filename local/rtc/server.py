"""Serve the RTC stand-in on a port, with a control path by which another process sets faults and reads what happened.

The real API has no control path. Its requests need no signature:

    GET    /_local/jobs          every job, as the page's Table 7
    GET    /_local/calls         the latest calls: operation, verdict, status and request id
    PUT    /_local/faults        a Misbehaviour: {"fault": {"status": 503}, "operation": "start", "times": 1}
    DELETE /_local/faults        remove all faults
    DELETE /_local/rooms/ROOM    the room's publishers disconnect;  PUT: they connect again
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import partial
from http import HTTPStatus

from pydantic import ValidationError

from local.http_message import Answer, Request
from local.loopback import Server
from local.rtc.api import Call, RtcApi
from local.rtc.callbacks import Sender
from local.rtc.faults import Misbehaviour
from shared.command_line import CommandLine


@contextmanager
def serve(api: RtcApi, port: int = 0) -> Iterator[Server]:
    """Serve `api` and its control path on 127.0.0.1:`port` (0: any free port). It calls back. Raises PortTaken."""
    with closing(Server(partial(_answer, api), port)) as server, closing(Sender(api.callbacks_due)):
        yield server


def serve_alone(port: int, command: CommandLine) -> int:
    """Serve until Ctrl-C; show where, and a JSON line with what a client needs. Return the exit status.

    Raises PortTaken.
    """
    api = RtcApi()
    with serve(api, port) as server:
        where = {"endpoint": server.endpoint, "iam_endpoint": server.endpoint}
        return command.show_until_interrupt(
            f"The RTC API is at {server.endpoint} (Ctrl-C ends it). What a client of it needs:",
            json.dumps(where | asdict(api.credentials)),
        )


def _answer(api: RtcApi, request: Request) -> Answer:
    if request.path.startswith("/_local/"):
        return _control(api, request)
    return api.read_object(request) or api.answer(request)


def _control(api: RtcApi, request: Request) -> Answer:
    match request.method, request.path.split("/")[2:]:
        case "GET", ["jobs"]:
            return Answer.of_json(HTTPStatus.OK, [job.document() for job in api.jobs()])
        case "GET", ["calls"]:
            return Answer.of_json(HTTPStatus.OK, [_summary(call) for call in api.calls()])
        case "PUT", ["faults"]:
            try:
                misbehaviour = Misbehaviour.model_validate_json(request.body)
            except ValidationError as error:
                return Answer(HTTPStatus.BAD_REQUEST, body=str(error).encode())
            api.misbehave(misbehaviour.fault, operation=misbehaviour.operation, times=misbehaviour.times)
        case "DELETE", ["faults"]:
            api.behave()
        case "DELETE", ["rooms", room_id]:
            api.leave(room_id)
        case "PUT", ["rooms", room_id]:
            api.join(room_id)
        case _:
            return Answer(HTTPStatus.NOT_FOUND)
    return Answer(HTTPStatus.NO_CONTENT)


def _summary(call: Call) -> dict[str, object]:
    return {
        "received": call.received.isoformat(),
        "operation": call.operation,
        "method": call.request.method,
        "target": call.request.target,
        "verdict": call.verdict,
        "status": call.answer.status,
        "request_id": call.request_id,
    }
