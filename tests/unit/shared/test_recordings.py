"""A recording's way from one state to the next."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.attempts import Limit, Started
from shared.recording_changes import Moved, Released
from shared.recording_clock import next_due
from shared.recording_news import Gone, Named, News, Shown, Stopped, changed
from shared.recordings import Recording, RecordingState
from shared.rtc.models import RecordingJob
from tests.builders import NOW, a_job, a_recording, an_attempt

STATES = st.sampled_from(["INIT", "RUNNING", "STOPPED", "PAUSED", None])
NEWS: st.SearchStrategy[News] = st.one_of(
    st.builds(Shown, st.builds(RecordingJob, job_id=st.just("1"), state=STATES)), st.just(Stopped()), st.just(Gone())
)


def begun(state: str | None = "INIT") -> Recording:
    """A recording whose start RTC has answered with that state."""
    return a_recording(an_attempt(Started(job=a_job(state=state))))


@given(st.lists(NEWS))
def test_a_recording_that_is_over_stays_over(news: list[News]) -> None:
    """Neither its state nor its end changes, whatever comes late."""
    over = changed(begun(), Stopped(), NOW)
    after = over
    for late, one in enumerate(news):
        after = changed(after, one, NOW + timedelta(minutes=late))
    assert (after.state, after.ended_at) == (RecordingState.ENDED, NOW)


@given(st.sampled_from([Stopped(), Released()]), STATES)
def test_a_job_that_rtc_names_late_is_followed(over: News, state: str | None) -> None:
    """The plan was cancelled, or the unknown start released, while RTC made the job: it runs, whatever was said."""
    before = RecordingState.PLANNED if isinstance(over, Stopped) else RecordingState.UNKNOWN
    planned = begun().model_copy(update={"state": before, "job": None})
    cancelled = changed(planned, over, NOW)
    assert cancelled.is_over
    job = RecordingJob(job_id="1", state=state)
    named = changed(cancelled, Named(job, since=NOW), NOW)
    assert named.is_over == (state == "STOPPED")
    assert named.job == job
    assert named.is_over or named.due_at is not None
    is_to_end = named.limit is not None and named.limit.ends_at <= NOW
    assert is_to_end == (before is RecordingState.PLANNED)


@given(STATES, st.lists(NEWS))
def test_nothing_is_recording_before_rtc_has_said_running(first: str | None, news: list[News]) -> None:
    """And every state that is shown is one that RTC's answers allow."""
    recording = begun(first)
    said = {first}
    for one in news:
        recording = changed(recording, one, NOW)
        said |= {one.job.state} if isinstance(one, Shown) else {"STOPPED"}
        assert recording.state is not RecordingState.RECORDING or "RUNNING" in said
        assert recording.is_over == (recording.ended_at is not None)


@given(st.lists(NEWS))
def test_each_change_is_a_version_of_its_own(news: list[News]) -> None:
    """News that are not new give the very same recording, so that nothing is written for them."""
    recording = begun()
    for one in news:
        after = changed(recording, one, NOW)
        assert (after is recording) == (after == recording)
        assert after is recording or after.revision == recording.revision + 1
        assert changed(after, one, NOW) is after
        recording = after


def test_what_rtc_leaves_out_it_has_said_before() -> None:
    """An answer without the stream's name does not take the name away."""
    shown = Shown(RecordingJob.model_validate({"job_id": "1", "state": "RUNNING", "stream_name": None}))
    after = changed(begun(), shown, NOW)
    assert after.job is not None
    assert (after.state, after.job.stream_name) == (RecordingState.RECORDING, "s_1_100_user001")


def test_a_recording_ended_when_rtc_says_so() -> None:
    """Not when we heard of it."""
    ended = NOW - timedelta(minutes=5)
    shown = Shown(RecordingJob(job_id="1", state="STOPPED", stop_time=ended))
    assert changed(begun("RUNNING"), shown, NOW).ended_at == ended


@given(st.integers(0, 9), st.floats(0, 20))
def test_a_young_recording_is_due_at_every_tick(minute: int, late: float) -> None:
    """Also if the look at the last tick ended some seconds after it."""
    tick = NOW + timedelta(minutes=minute)
    recording = begun("RUNNING")
    due = next_due(recording.model_copy(update={"drawn": recording.visible}), tick + timedelta(seconds=late))
    assert due is not None
    assert due < tick + timedelta(minutes=1)


YEAR = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 # st adds UTC


@given(st.lists(st.one_of(st.builds(Moved, YEAR), st.just(Stopped())), max_size=4))
def test_a_plan_that_is_moved_lasts_as_long_as_before(news: list[News]) -> None:
    """It is due when it begins; one that was cancelled stays as it was."""
    plan = begun().model_copy(
        update={"state": RecordingState.PLANNED, "job": None, "limit": Limit(ends_at=NOW + timedelta(hours=2))}
    )
    plan = plan.model_copy(update={"since": NOW + timedelta(hours=1)})
    for one in news:
        after = changed(plan, one, NOW)
        assert after.limit is not None
        assert after.limit.ends_at - after.since == timedelta(hours=1)
        if plan.is_over:
            assert (after.since, after.state) == (plan.since, plan.state)
        elif isinstance(one, Moved):
            assert after.since == one.since
        plan = after
