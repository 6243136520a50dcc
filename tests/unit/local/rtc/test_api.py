"""The RTC stand-in as its callers see it: each rule holds in memory and over HTTP."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests

from local.http_message import Wire
from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.rtc.faults import Fault
from local.rtc.server import serve
from shared.rtc.auth import AkSkAuth
from tests.in_memory import InMemory
from tests.paths import SAMPLES
from tests.settable_clock import SettableClock

JOBS = f"/v2/apps/{MADE_UP.app_id}/individual-stream-jobs"
EXAMPLE = (SAMPLES / "start_request.json").read_bytes()
RULE = b'{"record_param": {"record_rule_id": "another"}}'


@dataclass
class Caller:
    """A session that signs, the stand-in it talks to, and their clock."""

    api: RtcApi
    clock: SettableClock
    session: requests.Session
    endpoint: str

    def call(self, method: str, path: str, body: bytes | None = None, **options: Any) -> requests.Response:
        return self.session.request(method, self.endpoint + path, data=body, timeout=60, **options)

    def start(self, body: bytes = EXAMPLE) -> requests.Response:
        return self.call("POST", JOBS, body)


def _auth(clock: SettableClock, secret_key: str = MADE_UP.secret_key) -> AkSkAuth:
    return AkSkAuth(MADE_UP.access_key, secret_key, MADE_UP.project_id, clock=clock)


@pytest.fixture(name="caller", params=["in memory", "over HTTP"])
def _caller(request: pytest.FixtureRequest) -> Iterator[Caller]:
    clock = SettableClock()
    api = RtcApi(clock=clock, calls_per_second=None, quota=2, refuses_duplicates=True)
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Content-Type"] = "application/json"
        session.auth = _auth(clock)
        if request.param == "in memory":
            session.mount("http://", InMemory(api.answer))
            yield Caller(api, clock, session, "http://rtc.example")
        else:
            with serve(api) as server:
                yield Caller(api, clock, session, server.endpoint)


def _error(response: requests.Response) -> tuple[int, str]:
    document = response.json()
    assert set(document) - {"request_id"} == {"error_code", "error_msg"}
    assert document.get("request_id", response.headers["X-request-Id"]) == response.headers["X-request-Id"]
    return response.status_code, document["error_code"]


def test_a_job_is_started_shown_updated_and_stopped(caller: Caller) -> None:
    """The page's example starts job 1, which runs, takes another rule, and is stopped; each with its status."""
    started = caller.start()
    assert started.status_code == 201
    assert started.json()["stream_name"] == "s_1_100_user001"
    assert started.json()["state"] == "INIT"
    caller.clock.tick(1)
    shown = caller.call("GET", f"{JOBS}/1")
    assert (shown.status_code, shown.json()["state"]) == (200, "RUNNING")
    updated = caller.call("PUT", f"{JOBS}/1", RULE)
    assert (updated.status_code, updated.json()["record_param"]) == (200, {"record_rule_id": "another"})
    stopped = caller.call("DELETE", f"{JOBS}/1")
    assert (stopped.status_code, stopped.content) == (204, b"")
    assert caller.call("GET", f"{JOBS}/1").json()["stop_reason"] == "TENANT_STOP"
    assert [job.state for job in caller.api.jobs()] == ["STOPPED"]


def test_errors_have_the_page_s_form_and_status(caller: Caller) -> None:
    """Malformed, wrong, doubled, too many, too early, unknown: each has its status, code and the code's name."""
    assert caller.start(b"{").json() == {"error_code": "RTC.00001002", "error_msg": "MalformedRequestBody"}
    assert _error(caller.start(b'{"room_id": "a b", "user_id": 1}')) == (400, "RTC.00001003")
    assert caller.start().status_code == 201
    assert _error(caller.start()) == (400, "RTC.00001006")
    assert caller.start(b'{"room_id": 1, "user_id": 1}').status_code == 201
    assert _error(caller.start(b'{"room_id": 2, "user_id": 1}')) == (400, "RTC.00001007")
    assert _error(caller.call("DELETE", f"{JOBS}/1")) == (400, "RTC.00001022")
    assert _error(caller.call("PUT", f"{JOBS}/9", RULE)) == (404, "RTC.00001003")
    assert _error(caller.call("POST", "/v2/apps/another/individual-stream-jobs", EXAMPLE)) == (404, "RTC.00001003")


def test_the_switches_reach_what_they_switch() -> None:
    """With other guesses the app's rule is needed, and a second start of a stream is refused."""
    clock = SettableClock()
    api = RtcApi(clock=clock, strict_rules=True, refuses_duplicates=True)
    with requests.Session() as session:
        session.mount("http://", InMemory(api.answer))
        session.headers["Content-Type"] = "application/json"
        session.auth = _auth(clock)
        caller = Caller(api, clock, session, "http://rtc.example")
        assert _error(caller.start(b'{"room_id": 1, "user_id": 1}')) == (400, "RTC.00001005")
        body = b'{"room_id": 1, "user_id": 1, "record_param": {"record_rule_id": "1"}}'
        assert caller.start(body).status_code == 201
        assert _error(caller.start(body)) == (400, "RTC.00001006")
        clock.tick(2)
        assert _error(caller.call("PUT", f"{JOBS}/1", RULE)) == (400, "RTC.00001003")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", JOBS), ("POST", f"{JOBS}/1"), ("PATCH", f"{JOBS}/1"), ("GET", f"{JOBS}/1/"), ("GET", "/v3/auth/tokens")],
)
def test_what_the_api_does_not_have_is_404_of_the_gateway(caller: Caller, method: str, path: str) -> None:
    """There is no list, and no other path or method; the gateway says so, with the request id in the body."""
    answer = caller.call(method, path)
    assert _error(answer) == (404, "APIGW.0101")
    assert answer.json()["request_id"] == answer.headers["X-request-Id"]


def test_every_answer_has_a_fresh_request_id(caller: Caller) -> None:
    """Good or bad, 32 hex digits, never the same twice."""
    answers = [caller.start(), caller.start(), caller.call("GET", "/"), caller.call("POST", "/v3/auth/tokens", b"")]
    ids = {answer.headers["X-request-Id"] for answer in answers}
    assert len(ids) == len(answers)
    assert all(re.fullmatch("[0-9a-f]{32}", request_id) for request_id in ids)


def test_wrong_keys_are_401_and_lock_the_key(caller: Caller) -> None:
    """A wrong secret is refused as such five times; then the right one is refused too, until five minutes are over."""
    caller.session.auth = _auth(caller.clock, "wrong")
    assert {_error(caller.start()) for _ in range(5)} == {(401, "APIGW.0301")}
    caller.session.auth = _auth(caller.clock)
    assert "forbidden" in caller.start().json()["error_msg"]
    caller.clock.tick(300)
    assert caller.start().status_code == 201


def test_signatures_can_be_checked_wrongly_and_rightly_again(caller: Caller) -> None:
    """By another key, or a clock that is too far ahead, nobody gets in; rightly again, no key is locked."""
    for _ in range(6):
        caller.api.check_signatures(wrong_key=True)
        assert caller.start().status_code == 401
    caller.api.check_signatures(clock_ahead=timedelta(minutes=20))
    assert caller.start().status_code == 401
    caller.api.check_signatures(clock_ahead=timedelta(minutes=10))
    assert caller.start().status_code == 201
    caller.api.check_signatures()
    assert caller.call("GET", f"{JOBS}/1").status_code == 200


def test_nobody_gets_in_without_credentials(caller: Caller) -> None:
    """Neither a signature nor a token: 401, before anything is said of the app or the job."""
    caller.session.auth = None
    assert _error(caller.start()) == (401, "APIGW.0301")
    assert _error(caller.call("GET", "/v2/apps/another/individual-stream-jobs/9")) == (401, "APIGW.0301")


def test_a_temporary_key_is_accepted_with_its_token(caller: Caller) -> None:
    """Its security token is signed and sent with it; another one is refused."""
    for token, status in ((MADE_UP.security_token, 201), ("another", 401)):
        caller.session.auth = AkSkAuth(
            MADE_UP.temporary_access_key, MADE_UP.temporary_secret_key, MADE_UP.project_id, token, caller.clock
        )
        assert caller.start().status_code == status


def test_a_signature_needs_the_key_s_own_project(caller: Caller) -> None:
    """The page calls X-Project-Id mandatory with AK/SK: a foreign one is 401."""
    caller.session.auth = AkSkAuth(MADE_UP.access_key, MADE_UP.secret_key, "f" * 32, clock=caller.clock)
    assert _error(caller.start()) == (401, "APIGW.0301")


def test_a_token_from_iam_is_as_good_as_a_signature(caller: Caller) -> None:
    """A login gives a token that starts a job; revoked, it is 401."""
    caller.session.auth = None
    user = {"name": MADE_UP.iam_user, "password": MADE_UP.iam_password, "domain": {"name": MADE_UP.iam_domain}}
    identity = {"methods": ["password"], "password": {"user": user}}
    login = {"auth": {"identity": identity, "scope": {"project": {"id": MADE_UP.project_id}}}}
    issued = caller.call("POST", "/v3/auth/tokens", json.dumps(login).encode())
    caller.session.headers["X-Auth-Token"] = issued.headers["X-Subject-Token"]
    assert caller.start().status_code == 201
    caller.api.revoke_tokens()
    assert _error(caller.start()) == (401, "APIGW.0301")


def test_a_start_must_say_that_it_is_json(caller: Caller) -> None:
    """Content-Type is mandatory; what is sent as something else is malformed, and makes no job."""
    caller.session.headers["Content-Type"] = "text/plain"
    assert _error(caller.start()) == (400, "RTC.00001002")
    assert caller.api.jobs() == []


def test_an_empty_room_ends_the_job(caller: Caller) -> None:
    """Once its publishers have left for max_idle_time, the job is STOPPED; rejoined in time, it is not."""
    caller.start()
    caller.clock.tick(1)
    caller.api.leave("100")
    caller.clock.tick(29)
    caller.api.join("100")
    caller.clock.tick(29)
    assert caller.call("GET", f"{JOBS}/1").json()["state"] == "RUNNING"
    caller.api.leave("100")
    caller.clock.tick(30)
    assert caller.call("GET", f"{JOBS}/1").json()["stop_reason"] == "EXCEED_MAX_IDLE_TIME"


def test_a_told_status_comes_as_often_as_told(caller: Caller) -> None:
    """Once 503 with HTML and no job, once 500 with the job made; then the truth again."""
    caller.api.misbehave(Fault(status=503, body="<html>"), operation="start")
    caller.api.misbehave(Fault(status=500, error_code="RTC.00002000", made=True), operation="start")
    assert caller.call("GET", f"{JOBS}/1").status_code == 404
    failed = caller.start()
    assert (failed.status_code, failed.text, caller.api.jobs()) == (503, "<html>", [])
    assert _error(caller.start()) == (500, "RTC.00002000")
    assert [job.job_id for job in caller.api.jobs()] == ["1"]
    assert _error(caller.start()) == (400, "RTC.00001006")


def test_faults_on_the_wire_lose_the_answer_not_the_job(caller: Caller) -> None:
    """Reset, cut or silent after the job was made: no usable answer, but one job each; before it: none."""
    body = (f'{{"room_id": 1, "user_id": {user}}}'.encode() for user in range(9))
    for made in (False, True):
        caller.api.misbehave(Fault(wire=Wire.RESET, made=made), times=1)
        with pytest.raises(requests.ConnectionError):
            caller.start(next(body))
        assert len(caller.api.jobs()) == made
    caller.api.misbehave(Fault(wire=Wire.CUT, made=True))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.start(next(body))
    assert len(caller.api.jobs()) == 2
    caller.api.misbehave(Fault(wire=Wire.NOTHING, delay=60), times=None)
    with pytest.raises(requests.ReadTimeout):
        caller.session.post(caller.endpoint + JOBS, next(body), timeout=0.1)
    caller.api.behave()
    assert _error(caller.start(next(body))) == (400, "RTC.00001007")


def test_every_call_is_on_record(caller: Caller) -> None:
    """What came in, as it came; what was found; what was answered, under which id."""
    started = caller.start()
    caller.clock.tick(1)
    caller.api.misbehave(Fault(status=502))
    caller.start()
    caller.start()
    first, misled, last = caller.api.calls()
    assert (first.request.method, first.request.path, first.request.body) == ("POST", JOBS, EXAMPLE)
    assert first.request.headers.get("authorization") == started.request.headers["Authorization"]
    assert (first.operation, first.verdict, first.answer.status) == ("start", "accepted", 201)
    assert first.request_id == started.headers["X-request-Id"]
    assert last.received - first.received == timedelta(seconds=1)
    assert (misled.verdict, misled.answer.status, misled.fault) == (
        "not carried out, as set",
        502,
        Fault(status=502),
    )
    assert (last.verdict, last.answer.status) == ("this stream is being recorded", 400)


def test_jobs_stay_init_until_the_stand_in_behaves(caller: Caller) -> None:
    """One that runs already goes on; afterwards all run."""
    caller.start()
    caller.clock.tick(2)
    caller.api.stay_init(timedelta(hours=1))
    assert [job.state for job in caller.api.jobs()] == ["RUNNING"]
    caller.start(EXAMPLE.replace(b"user001", b"user002"))
    caller.clock.tick(2)
    assert [job.state for job in caller.api.jobs()] == ["RUNNING", "INIT"]
    caller.api.behave()
    assert [job.state for job in caller.api.jobs()] == ["RUNNING", "RUNNING"]
