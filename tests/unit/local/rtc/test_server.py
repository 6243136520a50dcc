"""The RTC stand-in on a port: its control path, its command, and raw bytes against it."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from local.loopback import Server
from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.rtc.server import serve
from local.words import main
from shared.command_line import CommandLine, OneLineError
from shared.rtc.auth import AkSkAuth
from tests.paths import ROOT
from tests.processes import PATIENCE_S

JOBS = f"/v2/apps/{MADE_UP.app_id}/individual-stream-jobs"
START = {"room_id": 100, "user_id": "user001"}


@pytest.fixture(name="endpoint", scope="module")
def _endpoint() -> Iterator[str]:
    with serve(RtcApi(calls_per_second=None)) as server:
        yield server.endpoint


def _start(endpoint: str) -> requests.Response:
    auth = AkSkAuth(MADE_UP.access_key, MADE_UP.secret_key, MADE_UP.project_id)
    return requests.post(endpoint + JOBS, json=START, auth=auth, timeout=PATIENCE_S)


def test_another_process_can_tell_it_to_misbehave_and_see_what_it_has() -> None:
    """Faults are put and deleted, jobs and calls are read, without a signature."""
    with serve(RtcApi()) as server:
        local = f"{server.endpoint}/_local"
        told = {"operation": "start", "times": None, "fault": {"status": 500, "made": True}}
        assert requests.put(f"{local}/faults", json=told, timeout=PATIENCE_S).status_code == 204
        assert _start(server.endpoint).status_code == 500
        assert [job["job_id"] for job in requests.get(f"{local}/jobs", timeout=PATIENCE_S).json()] == ["1"]
        assert requests.delete(f"{local}/faults", timeout=PATIENCE_S).status_code == 204
        assert _start(server.endpoint).json()["job_id"] == "2"
        calls = requests.get(f"{local}/calls", timeout=PATIENCE_S).json()
        assert [(call["operation"], call["status"], call["verdict"]) for call in calls] == [
            ("start", 500, "accepted"),
            ("start", 201, "accepted"),
        ]


def test_rooms_are_emptied_and_filled_over_the_control_path() -> None:
    """DELETE lets the publishers leave, PUT lets them come back."""
    api = RtcApi()
    with serve(api) as server:
        for method in (requests.delete, requests.put):
            assert method(f"{server.endpoint}/_local/rooms/100", timeout=PATIENCE_S).status_code == 204


@pytest.mark.parametrize("told", [b"", b"[]", b'{"fault": {"status": 99}}', b'{"fault": {}, "operation": "pause"}'])
def test_a_fault_that_cannot_be_is_400(endpoint: str, told: bytes) -> None:
    """The answer says what is wrong with it."""
    answer = requests.put(f"{endpoint}/_local/faults", data=told, timeout=PATIENCE_S)
    assert answer.status_code == 400
    assert "validation error" in answer.text


def test_an_unknown_control_path_is_404(endpoint: str) -> None:
    """Nothing is told or shown by a slip."""
    assert requests.get(f"{endpoint}/_local/job", timeout=PATIENCE_S).status_code == 404


@settings(deadline=None)
@given(sent=st.binary() | st.binary().map(lambda rest: b"POST " + JOBS.encode() + b" HTTP/1.1\r\n" + rest))
def test_any_bytes_whatever_are_never_answered_5xx(endpoint: str, sent: bytes) -> None:
    """Down to the socket: refused or hung up on, never a failure of the server."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connection:
        connection.sendall(sent + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answered = b"".join(iter(lambda: connection.recv(65536), b""))
    assert not answered.startswith(b"HTTP/1.1 5")


def test_the_command_says_where_it_is_and_ends_well() -> None:
    """A sentence and a JSON line with endpoint and credentials, the API behind it, and a quiet end when told to end."""
    command = [sys.executable, "-m", "local", "rtc"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            sentence = process.stdout.readline().decode()
            where = json.loads(process.stdout.readline())
            assert sentence.startswith(f"The RTC API is at {where['endpoint']} (Ctrl-C ends it).")
            auth = AkSkAuth(where["access_key"], where["secret_key"], where["project_id"])
            url = f"{where['endpoint']}/v2/apps/{where['app_id']}/individual-stream-jobs"
            assert requests.post(url, json=START, auth=auth, timeout=PATIENCE_S).json()["job_id"] == "1"
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=PATIENCE_S) == (b"", b"")
        finally:
            process.kill()
    assert process.returncode == 0


def test_the_command_refuses_a_port_in_use_in_one_line() -> None:
    """Which port, and what to do."""
    with closing(Server(RtcApi().answer)) as taken, pytest.raises(OneLineError) as refused:
        main(CommandLine(), ["rtc", "--port", str(taken.port)])
    told = f"port {taken.port} on 127.0.0.1 is in use: give another one, or 0 for any free port"
    assert str(refused.value) == told
