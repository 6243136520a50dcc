"""Whatever may be remembered of an order, its reply is one that Slack takes and a person can read."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.messages.outcomes import Waiting, outcome
from shared.actors import Actor
from shared.attempts import Duplicate, NotStarted, Outcome, Started
from shared.failures import Failure, FailureKind
from shared.orders import MAX_STREAMS
from shared.rtc.models import RecordingJob
from tests.block_kit import assert_slack_takes, read
from tests.builders import NOW, a_failure, a_lock, a_request, an_attempt, an_order, unknown

HOSTILE = st.text() | st.sampled_from(["<!channel>", "*_~`", "a\nb", "\u202egnp", "&lt;", "@here", "x" * 20_000])


def outcomes() -> st.SearchStrategy[Outcome | Failure]:
    """Anything that can be remembered, with whatever RTC may have said; a failure is that of a stream that waits."""
    job = st.fixed_dictionaries(
        {"job_id": st.just("1")},
        optional={
            "state": HOSTILE,
            "stop_reason": HOSTILE,
            "description": HOSTILE,
            "stream_name": HOSTILE,
            "video_type": HOSTILE,
            "select_stream_type": HOSTILE,
            "max_idle_time": st.integers(),
            "app_id": HOSTILE,
            "room_id": HOSTILE,
            "record_param": st.fixed_dictionaries({"record_rule_id": HOSTILE}),
            "publish_param": st.fixed_dictionaries({"rtmp_urls": st.lists(HOSTILE)}),
            "start_time": st.datetimes(),
            "stop_time": st.datetimes(),
        },
    ).map(RecordingJob.model_validate)
    failure = st.builds(
        a_failure,
        st.sampled_from(FailureKind),
        status=st.none() | st.integers(),
        error_code=HOSTILE,
        error_msg=HOSTILE,
        request_id=HOSTILE,
        job_id=st.none() | HOSTILE,
    )
    actors = st.builds(Actor, kind=st.sampled_from(["slack_user", "webhook_caller"]), id=HOSTILE)
    lock = st.builds(
        a_lock,
        actor=actors,
        job_id=st.none() | HOSTILE,
        calling_until=st.none() | st.just(NOW),
        held_until=st.none() | st.just(NOW),
    )
    return (
        st.builds(Started, job=job, app_id=st.none() | HOSTILE)
        | st.builds(NotStarted, failure=failure, gave_up=st.booleans())
        | st.builds(unknown, st.none() | failure)
        | st.builds(Duplicate, lock=lock, job=st.none() | job)
        | failure
    )


@given(st.lists(outcomes(), min_size=1, max_size=MAX_STREAMS), HOSTILE, st.booleans())
def test_no_value_breaks_the_layout_or_slacks_limits(came: list[Outcome | Failure], caller: str, late: bool) -> None:
    """Three lines at most for one stream, a line each for several, whatever RTC or another system says."""
    requests = [a_request(f"{'u' * 62}{n:02}", room_id="r" * 64) for n, _ in enumerate(came)]
    streams = [
        Waiting(n, requests[n], each, NOW) if isinstance(each, Failure) else an_attempt(each, request=requests[n], n=n)
        for n, each in enumerate(came)
    ]
    actor = Actor(kind="webhook_caller", id=caller)
    reply = outcome(an_order(*requests, actor=actor), streams, (), NOW + timedelta(hours=late), "/record")
    assert_slack_takes(reply)
    assert len(read(reply).split("\n")) <= (3 if len(came) == 1 else 2 + len(came))
