"""A few words for who, where, which settings and how long."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.wording import common_settings, elapsed, idle, settings, span, streams
from shared.rtc.models import RecordingJob
from tests.builders import a_job, a_request


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "5 s"), (30, "30 s"), (90, "1 min 30 s"), (300, "5 min"), (43200, "12 h"), (90061, "1 d 1 h 1 min 1 s")],
)
def test_a_span_is_said_exactly(seconds: int, said: str) -> None:
    """No second is rounded away."""
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(-7, "0 s"), (0.9, "0 s"), (59, "59 s"), (119, "1 min"), (7300, "2 h 1 min")]
)
def test_elapsed_time_is_said_to_the_minute(seconds: float, said: str) -> None:
    """Seconds matter only in the first minute; clocks that disagree make no negative time."""
    assert elapsed(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("users", "said"),
    [
        (1, "u1 in room 100"),
        (2, "u1 and u2 in room 100"),
        (4, "u1, u2, u3 and u4 in room 100"),
        (5, "u1, u2, u3 and 2 more in room 100"),
        (10, "u1, u2, u3 and 7 more in room 100"),
    ],
)
def test_three_users_are_named_and_the_rest_counted(users: int, said: str) -> None:
    """A list never grows past four names, and never hides a single one."""
    assert streams([a_request(f"u{n}") for n in range(1, users + 1)]) == said


def test_users_of_several_rooms_each_have_their_room() -> None:
    """An order of another system may name streams of several rooms."""
    assert streams([a_request("u1"), a_request("u1", room_id="200")]) == "u1 in room 100 and u1 in room 200"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "HD · camera + audio · ends after 5 min idle"),
        ({"video_type": "SCREENSTREAM", "is_record_audio": False}, "HD · screen, no audio · ends after 5 min idle"),
        ({"video_type": None, "max_idle_time": 30}, "HD · audio only · ends after 30 s idle"),
        ({"record_param": {"record_rule_id": "5f5e"}}, "HD · camera + audio · rule 5f5e · ends after 5 min idle"),
        (
            {"publish_param": {"rtmp_urls": ["rtmp://live.example.com/app/k3y"]}},
            "HD · camera + audio · pushed to 1 address · ends after 5 min idle",
        ),
    ],
)
def test_settings_are_what_was_asked(changes: dict[str, Any], said: str) -> None:
    """Every setting that RTC is asked for is said, push addresses only by their number."""
    assert settings(a_request(**changes)) == said


@pytest.mark.parametrize(
    ("asked", "answered", "said"),
    [
        ({}, {"max_idle_time": 30}, "HD · camera + audio · ends after 30 s idle (asked: 5 min)"),
        ({}, {"select_stream_type": "SD"}, "SD (asked: HD) · camera + audio · ends after 5 min idle"),
        (
            {"video_type": None},
            {"video_type": "CAMERASTREAM"},
            "HD · camera + audio (asked: audio only) · ends after 5 min idle",
        ),
        (
            {},
            {"is_record_audio": False},
            "HD · camera, no audio (asked: camera + audio) · ends after 5 min idle",
        ),
        (
            {"record_param": {"record_rule_id": "r1"}},
            {"record_param": {"record_rule_id": "r2"}},
            "HD · camera + audio · rule r2 (asked: r1) · ends after 5 min idle",
        ),
        (
            {},
            {"record_param": {"record_rule_id": "r2"}},
            "HD · camera + audio · rule r2 (asked: none) · ends after 5 min idle",
        ),
        (
            {},
            {"publish_param": {"rtmp_urls": ["rtmp://a/b/c"]}},
            "HD · camera + audio · pushed elsewhere (asked: not pushed) · ends after 5 min idle",
        ),
        (
            {},
            {"room_id": "200", "user_id": "user002", "app_id": "app2"},
            (
                "HD · camera + audio · ends after 5 min idle · app app2 (asked: app1) · room 200 (asked: 100) · "
                "user user002 (asked: user001)"
            ),
        ),
    ],
)
def test_what_rtc_answers_holds_and_a_difference_is_said(
    asked: dict[str, Any], answered: dict[str, Any], said: str
) -> None:
    """Where RTC does other than asked, both are read."""
    request = a_request(**asked)
    assert settings(request, a_job(request, **answered), "app1") == said


def test_what_rtc_leaves_out_is_as_it_was_asked() -> None:
    """A sparse answer is no difference."""
    assert settings(a_request(), RecordingJob(job_id="1")) == settings(a_request())


def test_common_settings_are_those_of_all() -> None:
    """Users do not matter, settings do."""
    assert common_settings([a_request("u1"), a_request("u2")]) == settings(a_request())
    assert common_settings([a_request("u1"), a_request("u2", max_idle_time=30)]) is None


@given(st.integers())
def test_any_idle_time_of_rtc_is_bounded_in_length(seconds: int) -> None:
    """Nonsense in an answer is shown, never more of it than a line takes."""
    assert len(idle(a_request(), RecordingJob(job_id="1", max_idle_time=seconds))) < 110
