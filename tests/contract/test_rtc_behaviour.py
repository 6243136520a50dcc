"""One suite of behaviour for whatever claims to be the RTC API: the stand-in in memory, over HTTP, and the real one.

The real API is asked where RECORDBOT_RTC=real is set, with RTC_APP_ID, RTC_PROJECT_ID, RTC_ACCESS_KEY, RTC_SECRET_KEY
(and RTC_ENDPOINT for another region). It records nothing: the rooms it names are new, and empty.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from local.rtc.api import RtcApi
from local.rtc.server import serve
from shared import transport
from shared.rtc.auth import AkSkAuth, IamLogin, TokenAuth
from shared.rtc.client import DEFAULT_ENDPOINT, RtcClient
from shared.rtc.errors import AuthFailed, NotFound, NotReady
from shared.rtc.models import RecordingJob, RecordingRequest, RecordParam
from tests.in_memory import InMemory
from tests.settable_clock import SettableClock

TARGETS = ["memory", "http", *(["real"] if os.environ.get("RECORDBOT_RTC") == "real" else [])]


@dataclass(frozen=True)
class Target:
    """An RTC API, as a client with good keys, and how time passes for it."""

    client: RtcClient
    auth: AkSkAuth
    wait: Callable[[float], None]
    another: Callable[[AkSkAuth, str | None], RtcClient]
    """A client of the same API with other keys, or of another app."""


@pytest.fixture(params=TARGETS)
def rtc(request: pytest.FixtureRequest) -> Iterator[Target]:
    """One API after the other: each test runs against all of them."""
    with ExitStack() as stack:
        clock = SettableClock()
        api = RtcApi(clock=clock, calls_per_second=None)
        made_up = api.credentials
        auth = AkSkAuth(made_up.access_key, made_up.secret_key, made_up.project_id, clock=clock)
        session, endpoint, app_id = transport.new_session(), "http://rtc.invalid", made_up.app_id
        wait: Callable[[float], None] = clock.tick
        if request.param == "memory":
            session.mount("http://", InMemory(api.answer))
        elif request.param == "http":
            endpoint = stack.enter_context(serve(api)).endpoint
        else:
            endpoint, app_id = os.environ.get("RTC_ENDPOINT", DEFAULT_ENDPOINT), os.environ["RTC_APP_ID"]
            keys = (os.environ["RTC_ACCESS_KEY"], os.environ["RTC_SECRET_KEY"], os.environ["RTC_PROJECT_ID"])
            auth, wait = AkSkAuth(*keys), time.sleep

        def another(other: AkSkAuth, app: str | None = None) -> RtcClient:
            return RtcClient(endpoint=endpoint, app_id=app or app_id, auth=other, session=session, clock=other.clock)

        yield Target(another(auth), auth, wait, another)
        session.close()


@pytest.fixture
def request_() -> RecordingRequest:
    """A request for a stream that nobody has asked for before."""
    return RecordingRequest(room_id=f"recordbot-{uuid.uuid4().hex[:8]}", user_id="user001", max_idle_time=60)


def running(rtc: Target, job_id: str) -> RecordingJob:
    """The job once it is no longer INIT, within ten seconds."""
    for _ in range(20):
        job = rtc.client.show(job_id)
        if job.state != "INIT":
            return job
        rtc.wait(0.5)
    raise AssertionError(f"job {job_id} is still INIT after ten seconds")


def test_a_start_gives_a_job_with_everything_that_was_asked(rtc: Target, request_: RecordingRequest) -> None:
    """The job names the stream as asked, has an id and a name by the rule, and is not over."""
    job = rtc.client.start(request_)
    assert (job.room_id, job.user_id, job.max_idle_time) == (request_.room_id, "user001", 60)
    assert job.stream_name == f"s_{job.job_id}_{request_.room_id}_user001"
    assert job.state in {None, "INIT", "RUNNING"}
    running(rtc, job.job_id)
    rtc.client.stop(job.job_id)


def test_a_job_runs_stops_and_may_be_stopped_again(rtc: Target, request_: RecordingRequest) -> None:
    """INIT, RUNNING, STOPPED; the second stop succeeds like the first."""
    job = rtc.client.start(request_)
    assert running(rtc, job.job_id).state == "RUNNING"
    rtc.client.stop(job.job_id)
    stopped = rtc.client.show(job.job_id)
    assert (stopped.state, stopped.stop_reason) == ("STOPPED", "TENANT_STOP")
    rtc.client.stop(job.job_id)


def test_a_second_start_of_a_running_stream_makes_a_second_job(rtc: Target, request_: RecordingRequest) -> None:
    """Decision 3 believes so. If the real API refuses it (RTC.00001006), the decision can be changed."""
    jobs = [rtc.client.start(request_) for _ in range(2)]
    assert jobs[0].job_id != jobs[1].job_id
    for job in jobs:
        running(rtc, job.job_id)
        rtc.client.stop(job.job_id)


def test_another_rule_can_be_set_once_the_job_runs(rtc: Target, request_: RecordingRequest) -> None:
    """An update of a job that is still INIT is not ready; of one that runs it holds."""
    job = rtc.client.start(request_)
    rule = RecordParam(record_rule_id="5f5e172b9016ed5b0961a43")
    with pytest.raises(NotReady) as caught:
        rtc.client.update(job.job_id, record_param=rule)
    assert caught.value.may_retry
    running(rtc, job.job_id)
    updated = rtc.client.update(job.job_id, record_param=rule)
    assert updated.record_param is not None
    assert updated.record_param.record_rule_id == rule.record_rule_id
    rtc.client.stop(job.job_id)


def test_a_job_that_does_not_exist_is_not_found(rtc: Target) -> None:
    """Show and stop of an unknown job are NotFound, with a request id."""
    for ask in (rtc.client.show, rtc.client.stop):
        with pytest.raises(NotFound) as caught:
            ask("987654321987654321")
        assert caught.value.request_id


def test_an_app_that_does_not_exist_is_not_found(rtc: Target, request_: RecordingRequest) -> None:
    """A start for an unknown app is NotFound."""
    with pytest.raises(NotFound):
        rtc.another(rtc.auth, "000000000000000000000000").start(request_)


def test_a_wrong_secret_key_is_not_let_in(rtc: Target, request_: RecordingRequest) -> None:
    """A signature by another key is refused, and what comes back says nothing of the key."""
    with pytest.raises(AuthFailed) as caught:
        rtc.another(replace(rtc.auth, secret_key="not-the-key"), None).start(request_)
    assert caught.value.status == 401
    assert "not-the-key" not in str(caught.value)


def test_a_clock_that_is_off_is_not_let_in_and_told(rtc: Target, request_: RecordingRequest) -> None:
    """RTC's own Date says by how much."""
    late = replace(rtc.auth, clock=lambda: rtc.auth.clock() - timedelta(minutes=20))
    with pytest.raises(AuthFailed) as caught:
        rtc.another(late, None).start(request_)
    assert (caught.value.status, round((caught.value.clock_ahead or 0) / 60)) == (401, -20)


def test_token_authentication_does_the_same_and_survives_a_revoked_token(request_: RecordingRequest) -> None:
    """With an IAM login instead of a key a job starts; a token that was killed is replaced unnoticed."""
    clock = SettableClock()
    api = RtcApi(clock=clock)
    made_up = api.credentials
    with serve(api) as server:
        session = transport.new_session()
        login = IamLogin(
            server.endpoint, made_up.iam_domain, made_up.iam_user, made_up.iam_password, made_up.project_id
        )
        auth = TokenAuth(login, session, clock=clock)
        client = RtcClient(endpoint=server.endpoint, app_id=made_up.app_id, auth=auth, session=session, clock=clock)
        job = client.start(request_)
        api.revoke_tokens()
        assert client.show(job.job_id).state == "INIT"
        session.close()


def test_a_wrong_password_is_not_let_in(request_: RecordingRequest) -> None:
    """IAM's refusal is the operator's to mend."""
    api = RtcApi()
    made_up = api.credentials
    with serve(api) as server:
        session = transport.new_session()
        login = IamLogin(server.endpoint, made_up.iam_domain, made_up.iam_user, "wrong", made_up.project_id)
        client = RtcClient(
            endpoint=server.endpoint, app_id=made_up.app_id, auth=TokenAuth(login, session), session=session
        )
        with pytest.raises(AuthFailed):
            client.start(request_)
        session.close()
    assert api.jobs() == []
