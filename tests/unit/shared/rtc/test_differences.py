"""What RTC answers is compared with what was asked, all of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rtc.differences import as_asked, differences
from shared.rtc.models import RecordingJob
from tests.builders import a_job, a_request

RULE = {"record_param": {"record_rule_id": "r1"}}
PUSH = {"publish_param": {"rtmp_urls": ["rtmp://live.example.com/app/s3cret", "rtmp://b.example.com/app/s3cret"]}}
ELSEWHERE = {"publish_param": {"rtmp_urls": ["rtmp://evil.example/app/s3cret"]}}


@pytest.mark.parametrize(
    ("asked", "answered", "field", "values"),
    [
        ({}, {"app_id": "app2"}, "app_id", ("app1", "app2")),
        ({}, {"room_id": "200"}, "room_id", ("100", "200")),
        ({}, {"user_id": "user002"}, "user_id", ("user001", "user002")),
        ({}, {"is_record_audio": False}, "is_record_audio", (True, False)),
        ({"video_type": None}, {"video_type": "CAMERASTREAM"}, "video_type", (None, "CAMERASTREAM")),
        ({}, {"select_stream_type": "SD"}, "select_stream_type", ("HD", "SD")),
        ({}, {"max_idle_time": 30}, "max_idle_time", (300, 30)),
        (RULE, {"record_param": {"record_rule_id": "r2"}}, "record_rule_id", ("r1", "r2")),
        ({}, RULE, "record_rule_id", (None, "r1")),
        ({}, ELSEWHERE, "rtmp_urls", (None, ["rtmp://evil.example/***"])),
        (PUSH, {"publish_param": {"rtmp_urls": []}}, "rtmp_urls", (
            ["rtmp://b.example.com/***", "rtmp://live.example.com/***"], []
        )),
    ],
)  # fmt: skip
def test_each_field_that_differs_is_found(
    asked: dict[str, Any], answered: dict[str, Any], field: str, values: tuple[object, object]
) -> None:
    """With both values, and push addresses without their keys."""
    request = a_request(**asked)
    job = a_job(request, app_id="app1").model_copy(update=_read(answered))
    (difference,) = differences(request, job, "app1")
    assert (difference.field, (difference.asked, difference.answered)) == (field, values)
    short = job.model_copy(update=dict.fromkeys(as_asked(request, job, "app1")))
    assert differences(request, short, "app1") == (difference,)
    assert len(as_asked(request, job, "app1")) >= 6


def _read(answered: dict[str, Any]) -> dict[str, Any]:
    job = RecordingJob.model_validate({"job_id": "1", **answered})
    return {name: getattr(job, name) for name in answered}


@pytest.mark.parametrize("asked", [{}, RULE, PUSH, {"video_type": None}])
def test_what_rtc_leaves_out_or_repeats_is_no_difference(asked: dict[str, Any]) -> None:
    """A sparse answer, and a complete one in which addresses have another order."""
    request = a_request(**asked)
    assert differences(request, RecordingJob(job_id="1"), "app1") == ()
    pushed = {"publish_param": {"rtmp_urls": PUSH["publish_param"]["rtmp_urls"][::-1]}} if asked is PUSH else {}
    assert differences(request, a_job(request, app_id="app1", **pushed), "app1") == ()
    assert differences(request, a_job(request, app_id="another"), None) == ()


@given(st.lists(st.text()))
def test_no_key_of_an_address_is_repeated(urls: list[str]) -> None:
    """Whatever RTC answers as an address."""
    job = a_job(publish_param={"rtmp_urls": [*urls, "rtmp://host/app/s3cret"]})
    assert "s3cret" not in str(differences(a_request(), job, None))
