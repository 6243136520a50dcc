"""What came of an order: three lines for one stream, a line each for several; nothing said that isn't known."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from bot.messages.blocks import Audience, Reply
from bot.messages.outcomes import Waiting, outcome
from shared.attempts import Attempt, Duplicate, NotStarted, Outcome, Started
from shared.failures import Failure, FailureKind
from shared.recordings import RecordingState
from tests.block_kit import assert_slack_takes, read
from tests.builders import NOW, a_failure, a_job, a_lock, a_recording, a_request, an_attempt, an_order, unknown

HOSTILE = st.text() | st.sampled_from(["<!channel>", "*_~`", "a\nb", "\u202egnp", "&lt;", "@here", "x" * 20_000])
REFUSED = NotStarted(failure=a_failure())
BY_502 = a_failure(FailureKind.OUTCOME_UNKNOWN, status=502, error_code=None, error_msg=None)


def told(came: Outcome, *, after: timedelta = timedelta(0), **of: Any) -> Reply:
    """The reply for an order of one stream, drawn so long after NOW."""
    attempt = an_attempt(came, **of)
    reply = outcome(an_order(attempt.request), [attempt], (), NOW + after, "/rec")
    assert_slack_takes(reply)
    return reply


def lines(came: Outcome, **how: Any) -> list[str]:
    """What a person reads of it."""
    return read(told(came, **how)).split("\n")


def several(*came: Outcome) -> Reply:
    """The reply for an order of several streams, of which these things came."""
    requests = [a_request(f"user{n:03}") for n, _ in enumerate(came, 1)]
    attempts = [an_attempt(each, request=requests[n], n=n) for n, each in enumerate(came)]
    reply = outcome(an_order(*requests), attempts, (), NOW, "/rec")
    assert_slack_takes(reply)
    return reply


def test_a_stream_that_waits_says_what_rtc_said_and_until_when_it_is_tried() -> None:
    """Nothing is started yet, and nobody has to ask again."""
    waiting = Waiting(0, a_request(), a_failure(FailureKind.THROTTLED, status=429), NOW + timedelta(minutes=18))
    reply = outcome(an_order(), [waiting], (), NOW, "/rec")
    assert_slack_takes(reply)
    assert reply.to is Audience.CHANNEL
    headline, what, technical = read(reply).split("\n")
    assert headline == "⏳ Not started yet: user001 in room 100"
    assert what.endswith(" It is tried again until about 10:48 UTC.")
    assert technical.endswith("HTTP 429 · request 3f2a")


def test_a_stream_whose_turn_has_not_come_says_only_that_it_waits() -> None:
    """RTC was not asked for it; the duplicate beside it is said to the channel, because news comes."""
    requests = [a_request("user001"), a_request("user002")]
    streams: list[Attempt | Waiting] = [an_attempt(Duplicate(lock=a_lock())), Waiting(1, requests[1], None, NOW)]
    reply = outcome(an_order(*requests), streams, (), NOW, "/rec")
    assert reply.to is Audience.CHANNEL
    assert read(reply).split("\n")[-1] == "⏳ Not started yet: user002"


@pytest.mark.parametrize("state", ["INIT", None, "PREPARING"])
def test_a_job_that_is_not_running_yet_is_starting(state: str | None) -> None:
    """Nothing says "recording" before RTC has said RUNNING."""
    reply = told(Started(job=a_job(state=state)))
    assert reply.to is Audience.CHANNEL
    assert reply.text.startswith("🟡 Starting user001 in room 100\n")
    assert read(reply).split("\n")[1:] == [
        "HD · camera + audio · ends when the room is idle for 5 min · by @U1ANN",
        " · ".join(filter(None, ("job 1", "s_1_100_user001", state))),
    ]
    assert "ecording" not in read(reply)


def test_a_running_job_is_being_recorded() -> None:
    """RUNNING is RTC's word for it."""
    assert lines(Started(job=a_job(state="RUNNING")))[0] == "🔴 Recording user001 in room 100"


def test_a_name_that_rtc_did_not_say_is_marked() -> None:
    """The page's example of an answer lacks it, and its naming rule gives one."""
    assert lines(Started(job=a_job(stream_name=None)))[2] == "job 1 · s_1_100_user001 (expected) · INIT"


def test_the_times_of_a_job_are_said() -> None:
    """Since when it runs, or from when to when it ran."""
    times: dict[str, Any] = {"start_time": NOW - timedelta(minutes=24), "stop_time": NOW}
    assert lines(Started(job=a_job(state="RUNNING", **times)))[1].endswith(" · since 10:06 UTC · by @U1ANN")
    assert lines(Started(job=a_job(state="STOPPED", **times)))[2].endswith(" · 10:06 UTC to 10:30 UTC")


def test_an_app_that_was_not_asked_is_said() -> None:
    """RTC's answer names the app of the job."""
    assert "app app2 (asked: app1)" in lines(Started(job=a_job(app_id="app2"), app_id="app1"))[1]


def test_a_job_whose_id_cannot_be_used_is_shown() -> None:
    """An operator may stop it by its id; nothing is cut from it."""
    long = "9" * 129
    failure = a_failure(FailureKind.OUTCOME_UNKNOWN, status=201, error_code=None, error_msg=None, job_id=long)
    _, second, third = lines(unknown(failure))
    assert second == (
        "RTC named a job by an id that recordbot can't use. It was not sent again. "
        "Ask an operator to stop it in RTC's console if it must end."
    )
    assert third == f"job {long} · Held until 10:45 UTC · HTTP 201 · request 3f2a"


def test_a_duplicate_has_the_name_that_rtc_gave_its_stream() -> None:
    """RTC has just shown the job."""
    came = Duplicate(lock=a_lock(), job=a_job(stream_name="s_of_rtc"))
    assert lines(came)[2] == "job 1 · s_of_rtc · camera + audio · by @U2BEN · for 12 min"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("EXCEED_MAX_IDLE_TIME", "room 100 was idle for 30 s"),
        ("TENANT_STOP", "it was stopped at RTC, not by recordbot"),
        ("INTERNAL_ERROR", "RTC failed"),
        ("FULL_MOON", "RTC gave the reason FULL_MOON"),
        (None, "RTC gave no reason"),
    ],
)
def test_a_job_that_is_over_says_why(reason: str | None, said: str) -> None:
    """A job that ended before it was announced is no success."""
    first, second, third = lines(Started(job=a_job(state="STOPPED", stop_reason=reason, max_idle_time=30)))
    assert first == "⏹️ Recorded user001 in room 100 · 1 s"
    assert second == said
    assert third == "job 1 · s_1_100_user001"


def test_a_job_other_than_asked_says_both() -> None:
    """Audio alone was asked, and RTC records video: both are read."""
    request = a_request(video_type=None)
    said = lines(Started(job=a_job(request, video_type="CAMERASTREAM", max_idle_time=30)), request=request)[1]
    assert (
        said
        == "HD · camera + audio (asked: audio only) · ends when the room is idle for 30 s (asked: 5 min) · by @U1ANN"
    )


def test_a_refusal_has_its_reason_a_next_step_and_the_code() -> None:
    """Three lines: what, why and what to do, and what to quote."""
    assert lines(REFUSED) == [
        "⛔ Not recorded: user001 in room 100",
        "RTC's job quota is used up. Stop a recording, or ask an operator to request a higher quota by a ticket.",
        "RTC.00001007 JobExceed · HTTP 400 · request 3f2a",
    ]


def test_a_stream_that_rtc_knows_and_we_do_not_is_no_failure() -> None:
    """RTC's "already running" is an answer of its own: recorded, by nobody that recordbot knows."""
    came = NotStarted(failure=a_failure(FailureKind.ALREADY_RUNNING, error_code="RTC.00001006", error_msg=None))
    assert lines(came) == [
        "♻️ Already being recorded: user001 in room 100",
        "recordbot doesn't know the job, so it can't show its id. Nothing new was started.",
        "RTC.00001006 JobRunning · HTTP 400 · request 3f2a",
    ]


@pytest.mark.parametrize(
    ("failure", "last"),
    [
        (a_failure(FailureKind.THROTTLED, status=429), "429"),
        (a_failure(FailureKind.NOT_CONNECTED, status=None), "no connection"),
        (a_failure(FailureKind.OUTCOME_UNKNOWN, status=None), "no answer"),
    ],
)
def test_giving_up_says_how_long_it_was_tried(failure: Failure, last: str) -> None:
    """How long, how the last try ended, and that nothing runs; the time ends where the ledger says it did."""
    came = NotStarted(failure=failure, gave_up=True)
    ended = NOW + timedelta(minutes=18)
    second = lines(came, after=timedelta(hours=1), settled_at=ended)[1]
    assert second.startswith(f"RTC did not take the request for 18 min (last: {last}). Nothing was started. ")


@pytest.mark.parametrize("kind", [FailureKind.OUT_OF_TIME, FailureKind.TOO_LATE])
def test_what_was_never_asked_of_rtc_is_not_blamed_on_it(kind: FailureKind) -> None:
    """Where recordbot itself did not get to it, it says so."""
    failure = a_failure(kind, status=None, error_code=None, error_msg=None, request_id=None)
    first, second = lines(NotStarted(failure=failure, gave_up=kind is FailureKind.OUT_OF_TIME))
    assert first == "⛔ Not recorded: user001 in room 100"
    assert "Nothing was started." in second
    assert "RTC did not" not in second


@pytest.mark.parametrize(
    ("came", "what", "facts"),
    [
        (unknown(BY_502), "RTC gave no usable answer.", " · HTTP 502 · request 3f2a"),
        (unknown(), "recordbot was interrupted while it called RTC.", ""),
    ],
)
def test_an_unknown_outcome_is_said_to_be_unknown(came: Outcome, what: str, facts: str) -> None:
    """It may or may not run; it was not repeated; until when it is held."""
    assert lines(came) == [
        "❓ user001 in room 100 may or may not be recording",
        (
            f"{what} It was not sent again. If it didn't start: /rec again room=100 user=user001; "
            "if it did: /rec release room=100 user=user001"
        ),
        f"Held until 10:45 UTC{facts}",
    ]


@pytest.mark.parametrize("came", [unknown(), Started(job=a_job())])
def test_what_to_type_names_the_picture_if_it_is_not_the_camera(came: Outcome) -> None:
    """A user's camera and screen are two streams: only the one of unknown outcome is started again or released."""
    text = "\n".join(lines(came, request=a_request(video_type="SCREENSTREAM")))
    typed = "/rec release room=100 user=user001 screen"
    assert (typed in text) == (came == unknown())


@pytest.mark.parametrize(
    ("lock", "first", "third"),
    [
        (
            a_lock(),
            "♻️ Already recording user001 in room 100",
            "job 1 · s_1_100_user001 (expected) · camera + audio · by @U2BEN · for 12 min",
        ),
        (
            a_lock(job_id=None, since=NOW - timedelta(seconds=4), calling_until=NOW + timedelta(seconds=16)),
            "♻️ user001 in room 100 is being started already",
            "asked for by @U2BEN 4 s ago",
        ),
        (
            a_lock(job_id=None, held_until=NOW + timedelta(minutes=3)),
            "❓ user001 in room 100 may or may not be recording",
            "asked for by @U2BEN 12 min ago · held until 10:33 UTC",
        ),
        (
            a_lock(job_id=None, calling_until=NOW - timedelta(minutes=5)),
            "❓ user001 in room 100 may or may not be recording",
            "asked for by @U2BEN 12 min ago · held until 10:40 UTC",
        ),
    ],
)
def test_a_duplicate_says_who_holds_the_stream_and_only_to_the_asker(lock: object, first: str, third: str) -> None:
    """By whom, since when, and what is known of it: a job, a call that is being made, or neither."""
    reply = told(Duplicate.model_validate({"lock": lock}))
    assert reply.to is Audience.ASKER
    assert read(reply).split("\n") == [first, "Nothing new was started.", third]


def test_several_streams_are_one_message_with_a_line_each() -> None:
    """What they share is said once; each line says what a message of its own would."""
    reply = several(Started(job=a_job()), REFUSED, unknown(BY_502), Duplicate(lock=a_lock(job_id="9")))
    assert reply.to is Audience.CHANNEL
    held = " · ".join(lines(unknown(BY_502))[1:])
    assert read(reply).split("\n") == [
        "1 of 4 started in room 100",
        "HD · camera + audio · ends when the room is idle for 5 min · by @U1ANN",
        "✅ Starting user001 · job 1 · s_1_100_user001 · INIT",
        f"⛔ Not recorded: user002 · {' · '.join(lines(REFUSED)[1:])}",
        f"❓ user003 may or may not be recording · {held.replace('user001', 'user003')}",
        "♻️ Already recording user004 · job 9 · s_9_100_user004 (expected) · camera + audio · by @U2BEN · for 12 min",
    ]


def test_a_job_of_several_that_differs_says_so_in_its_line() -> None:
    """What is said once is what was asked; what RTC answered otherwise stands with its stream."""
    rows = read(several(Started(job=a_job(max_idle_time=30)), Started(job=a_job(a_request("user002"))))).split("\n")[2:]
    assert rows[0].endswith("HD · camera + audio · ends when the room is idle for 30 s (asked: 5 min)")
    assert rows[1].endswith("INIT")


def test_streams_of_several_rooms_and_settings_are_told_in_full() -> None:
    """Nothing is said once that does not hold for all."""
    requests = [a_request("u1"), a_request("u1", room_id="200", max_idle_time=30)]
    attempts = [an_attempt(Started(job=a_job(it)), request=it, n=n) for n, it in enumerate(requests)]
    reply = outcome(an_order(*requests), attempts, (), NOW, "/rec")
    assert_slack_takes(reply)
    assert read(reply).split("\n") == [
        "2 of 2 started",
        "by @U1ANN",
        (
            "✅ Starting u1 in room 100 · job 1 · s_1_100_u1 · INIT · HD · camera + audio · "
            "ends when the room is idle for 5 min"
        ),
        (
            "✅ Starting u1 in room 200 · job 1 · s_1_200_u1 · INIT · HD · camera + audio · "
            "ends when the room is idle for 30 s"
        ),
    ]


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (RecordingState.ENDED, "it was stopped"),
        (RecordingState.LOST, "RTC does not know the job any more"),
    ],
)
def test_a_recording_that_is_over_is_never_said_to_run(state: RecordingState, why: str) -> None:
    """Whatever RTC said of its job last: a check may have seen it running while it was stopped."""
    attempt = an_attempt(Started(job=a_job()))
    recording = a_recording(attempt, state="RUNNING").model_copy(update={"state": state, "ended_at": NOW})
    headline, second, _ = read(outcome(an_order(attempt.request), [attempt], [recording], NOW, "/rec")).split("\n")
    assert not headline.startswith("🔴")
    assert second == why


def test_only_duplicates_are_told_to_the_asker_alone() -> None:
    """Nothing new happened, so the channel reads nothing; one stream that is news makes the whole order news."""
    duplicate = Duplicate(lock=a_lock())
    assert several(duplicate, duplicate).to is Audience.ASKER
    assert several(duplicate, REFUSED).to is Audience.CHANNEL


@pytest.mark.parametrize("came", [REFUSED, unknown(), Started(job=a_job())])
def test_late_news_mentions_the_asker_in_its_first_line(came: Outcome) -> None:
    """After more than a minute, and only then, the notification reaches the asker; once is enough."""
    assert "<@U1ANN>" not in told(came, after=timedelta(seconds=58)).text.partition("\n")[0]
    late = told(came, after=timedelta(seconds=59))
    assert late.text.partition("\n")[0].endswith(" · <@U1ANN>")
    assert read(late).count("@U1ANN") == 1


def test_a_late_duplicate_mentions_nobody() -> None:
    """Only the asker sees it anyway."""
    text = told(Duplicate(lock=a_lock()), after=timedelta(hours=1)).text
    assert text.partition("\n")[0] == "♻️ Already recording user001 in room 100"


def test_an_attempt_without_an_outcome_is_not_told() -> None:
    """An order is answered when all its attempts have an outcome."""
    with pytest.raises(ValueError, match="no outcome"):
        outcome(an_order(), [an_attempt()], (), NOW, "/rec")
