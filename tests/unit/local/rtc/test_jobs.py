"""The life of recording jobs, in times that the test gives."""

from datetime import UTC, datetime, timedelta

import pytest

from local.rtc.jobs import Job, Jobs
from local.rtc.parameters import Change, Parameters
from local.rtc.refusal import Refused

T0 = datetime(2026, 1, 2, 3, 4, 5, 75999, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def _jobs(quota: int = 10, *, refuses_duplicates: bool = True) -> Jobs:
    return Jobs("app", init_time=timedelta(seconds=1), quota=quota, refuses_duplicates=refuses_duplicates)


def _asked(user_id: str = "user001", video_type: str | None = "CAMERASTREAM", room_id: str = "100") -> Parameters:
    return Parameters(room_id, user_id, True, video_type, "FHD", 30, None, {"record_rule_id": "r1"})


def _state(jobs: Jobs, seconds: float, job_id: str = "1") -> tuple[str, str | None]:
    job = jobs.show(job_id, _at(seconds))
    return job.state, job.stop_reason


def _code(refused: pytest.ExceptionInfo[Refused]) -> tuple[int, str]:
    return refused.value.status, refused.value.code


def test_a_new_job_is_all_of_table_7() -> None:
    """It is INIT, named by the page's rule, timed in milliseconds; what isn't so yet is left out."""
    job = _jobs().start(_asked(), T0)
    assert job.document() == {
        "job_id": "1",
        "stream_name": "s_1_100_user001",
        "app_id": "app",
        "room_id": "100",
        "user_id": "user001",
        "is_record_audio": True,
        "video_type": "CAMERASTREAM",
        "select_stream_type": "FHD",
        "max_idle_time": 30,
        "record_param": {"record_rule_id": "r1"},
        "create_time": "2026-01-02T03:04:05.075Z",
        "update_time": "2026-01-02T03:04:05.075Z",
        "state": "INIT",
        "description": "The job is being initialized.",
        "start_time": "2026-01-02T03:04:05.075Z",
    }


def test_ids_count_up() -> None:
    """The first job is 1, the next one 2, whatever became of the first."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    jobs.stop("1", _at(1))
    assert jobs.start(_asked(), _at(1)).job_id == "2"
    assert [job.job_id for job in jobs.all(_at(1))] == ["1", "2"]


def test_a_job_runs_once_its_init_time_is_over() -> None:
    """Just before it is INIT, then it is RUNNING, and was updated at that moment."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    assert _state(jobs, 0.999) == ("INIT", None)
    assert _state(jobs, 1) == ("RUNNING", None)
    assert jobs.show("1", _at(9)).updated == _at(1)


def test_nobody_is_in_an_empty_room_until_somebody_joins() -> None:
    """A job there ends by idling; another room, where somebody is, is recorded on."""
    jobs = Jobs("app", init_time=timedelta(seconds=1), quota=10, refuses_duplicates=True, empty_rooms=True)
    jobs.join("200", T0)
    jobs.start(_asked(), T0)
    jobs.start(_asked(room_id="200"), T0)
    assert _state(jobs, 30.9) == ("RUNNING", None)
    assert _state(jobs, 31) == ("STOPPED", "EXCEED_MAX_IDLE_TIME")
    assert _state(jobs, 99, "2") == ("RUNNING", None)


def test_a_stop_ends_a_running_job() -> None:
    """It is STOPPED by its tenant, at the time of the call, and stays so."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    jobs.stop("1", _at(5))
    document = jobs.show("1", _at(99)).document()
    assert document["state"] == "STOPPED"
    assert document["stop_reason"] == "TENANT_STOP"
    assert document["stop_time"] == document["update_time"] == "2026-01-02T03:04:10.075Z"


def test_an_update_changes_a_running_job() -> None:
    """What is given replaces what was there; the rest stays."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    job = jobs.update("1", Change({"rtmp_urls": ["rtmp://a.example"]}, None), _at(2))
    assert job.parameters.publish_param == {"rtmp_urls": ["rtmp://a.example"]}
    assert job.parameters.record_param == {"record_rule_id": "r1"}
    assert job.updated == _at(2)
    assert jobs.show("1", _at(2)) == job


@pytest.mark.parametrize(("seconds", "code"), [(0.5, "RTC.00001022"), (3, "RTC.00001009")])
def test_only_a_running_job_can_be_stopped_or_updated(seconds: float, code: str) -> None:
    """While it is INIT that is 1022, once it is over 1009."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    if seconds > 1:
        jobs.stop("1", _at(2))
    with pytest.raises(Refused) as stop:
        jobs.stop("1", _at(seconds))
    with pytest.raises(Refused) as update:
        jobs.update("1", Change(None, {"record_rule_id": "r2"}), _at(seconds))
    assert _code(stop) == _code(update) == (400, code)


def test_a_job_that_never_was_is_404() -> None:
    """To show, update or stop it says the same."""
    jobs = _jobs()
    for call in (
        lambda: jobs.show("1", T0),
        lambda: jobs.stop("1", T0),
        lambda: jobs.update("1", Change(None, {"record_rule_id": "r"}), T0),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert _code(refused) == (404, "RTC.00001003")


@pytest.mark.parametrize("seconds", [0.5, 5])
def test_a_stream_is_recorded_by_one_job_at_a_time(seconds: float) -> None:
    """While its job is INIT or RUNNING a second start is 1006; other users, rooms and video types are other streams."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    with pytest.raises(Refused) as refused:
        jobs.start(_asked(), _at(seconds))
    assert _code(refused) == (400, "RTC.00001006")
    for other in (_asked("user002"), _asked(video_type="SCREENSTREAM"), _asked(video_type=None), _asked(room_id="101")):
        assert jobs.start(other, _at(seconds)).state == "INIT"


def test_whether_a_second_start_of_a_stream_is_refused_is_a_choice() -> None:
    """No source settles it, so the stand-in can also record a stream twice."""
    jobs = _jobs(refuses_duplicates=False)
    assert [jobs.start(_asked(), T0).job_id for _ in range(2)] == ["1", "2"]


def test_the_quota_counts_active_jobs() -> None:
    """Over it a start is 1007; a job that is over makes room."""
    jobs = _jobs(quota=1)
    jobs.start(_asked("a"), T0)
    with pytest.raises(Refused) as refused:
        jobs.start(_asked("b"), _at(2))
    assert _code(refused) == (400, "RTC.00001007")
    jobs.stop("1", _at(2))
    assert isinstance(jobs.start(_asked("b"), _at(2)), Job)


def test_an_empty_room_ends_its_jobs_after_their_max_idle_time() -> None:
    """Counted from when the publishers left; other rooms go on."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    jobs.start(_asked(room_id="101"), T0)
    jobs.leave("100", _at(10))
    jobs.leave("100", _at(20))  # who has left can't leave again
    assert _state(jobs, 39.9) == ("RUNNING", None)
    assert _state(jobs, 40) == ("STOPPED", "EXCEED_MAX_IDLE_TIME")
    assert jobs.show("1", _at(99)).stopped == _at(40)
    assert _state(jobs, 99, job_id="2") == ("RUNNING", None)


def test_a_job_in_a_room_that_was_empty_before_waits_from_when_it_runs() -> None:
    """Its idle time starts with itself."""
    jobs = _jobs()
    jobs.leave("100", T0)
    jobs.start(_asked(), _at(100))
    assert _state(jobs, 130.9) == ("RUNNING", None)
    assert _state(jobs, 131) == ("STOPPED", "EXCEED_MAX_IDLE_TIME")


def test_who_comes_back_in_time_keeps_the_job_running() -> None:
    """A join ends the idle time; one that comes too late doesn't wake the job."""
    jobs = _jobs()
    jobs.start(_asked(), T0)
    jobs.leave("100", _at(10))
    jobs.join("100", _at(39))
    assert _state(jobs, 500) == ("RUNNING", None)
    jobs.leave("100", _at(500))
    jobs.join("100", _at(531))
    assert _state(jobs, 532) == ("STOPPED", "EXCEED_MAX_IDLE_TIME")
