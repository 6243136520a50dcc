"""The webhook behind `sam local start-api`, whose events differ from those of API Gateway."""

import base64
from contextlib import closing

import pytest

from local.http_message import Answer, Request
from local.loopback import Server
from tests.webhook_around import START, Around
from tests.webhook_requests import signed
from tests.webhook_sender import request as send


def _event(request: Request, port: int) -> dict[str, object]:
    """The event that SAM makes of a request (samcli/local/apigw/event_constructor.py, construct_v2_event_http)."""
    headers = {name.title(): value for name, value in request.headers}
    return {
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers | {"X-Forwarded-Proto": "http", "X-Forwarded-Port": str(port)},
        "requestContext": {"http": {"method": request.method}, "domainName": "localhost", "requestId": "sam-1"},
        "body": base64.b64encode(request.body).decode(),
        "isBase64Encoded": True,
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_status_link_works(around: Around, host: str) -> None:
    """By the gateway's port, whichever name of this machine the caller used."""
    ports: list[int] = []

    def serve(request: Request) -> Answer:
        told = around.answer(_event(request, ports[0]))
        return Answer(told.status, (("content-type", told.content_type),), told.body.encode())

    with closing(Server(serve)) as server:
        ports.append(server.port)
        accepted = send("POST", f"http://{host}:{server.port}/hooks/timetable", START, signed(START))
        link = accepted.json()["status_url"]
        assert link.startswith(f"http://localhost:{server.port}/orders/")
        assert (send("GET", link).json()["state"], send("HEAD", link).status_code) == ("accepted", 200)
