"""RecordingRequest keeps the page's rules; RecordingJob reads whatever RTC may answer."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from shared.rtc.models import RecordingJob, RecordingRequest, expected_stream_name
from tests.paths import SAMPLES

ids = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
requests = st.builds(
    RecordingRequest,
    room_id=ids,
    user_id=ids,
    is_record_audio=st.just(value=True),
    video_type=st.sampled_from(["CAMERASTREAM", "SCREENSTREAM", None]),
    select_stream_type=st.sampled_from(["LD", "SD", "HD", "FHD"]),
    max_idle_time=st.integers(5, 43200),
    publish_param=st.none() | st.just({"rtmp_urls": ["rtmp://live.example/app/key"]}),
    record_param=st.none() | st.just({"record_rule_id": "5f5e172b9016ed5b0961a43"}),
)


def problem_with(**fields: JsonValue) -> tuple[str, str]:
    """Where and why a request is refused: the first error's place and words."""
    with pytest.raises(ValidationError) as caught:
        RecordingRequest.model_validate({"room_id": "100", "user_id": "user001", **fields})
    first = caught.value.errors()[0]
    return ".".join(map(str, first["loc"])), first["msg"]


def test_defaults_are_the_pages_and_all_are_sent() -> None:
    """A request for a room and a user sends every default of the page in so many words."""
    assert RecordingRequest(room_id="100", user_id="user001").body() == {
        "room_id": "100",
        "user_id": "user001",
        "is_record_audio": True,
        "video_type": "CAMERASTREAM",
        "select_stream_type": "FHD",
        "max_idle_time": 30,
    }


def test_the_pages_example_request_is_read_and_its_ids_become_strings() -> None:
    """The page's example, whose room_id is a number, is valid and is sent with strings."""
    example = json.loads((SAMPLES / "start_request.json").read_text())
    assert RecordingRequest.model_validate(example).body() == {**example, "room_id": "100"}


def test_the_pages_example_answer_is_read_and_named_by_the_rule() -> None:
    """The page's example answer lacks stream_name and state: both stay open, and the naming rule gives a name."""
    job = RecordingJob.model_validate_json((SAMPLES / "start_answer.json").read_bytes())
    assert (job.job_id, job.app_id, job.room_id) == ("1", "1", "100")
    assert (job.stream_name, job.state) == (None, None)
    assert expected_stream_name(job.job_id, job.room_id, job.user_id) == "s_1_100_user001"
    assert job.create_time == datetime(2006, 1, 2, 15, 4, 5, 75000, tzinfo=UTC)


@pytest.mark.parametrize("room_id", ["", "a" * 65, "a b", "a\n", "ä", "a/b", True, 1.5, None, ["a"]])
def test_an_id_has_1_to_64_letters_digits_underscores_or_dashes(room_id: JsonValue) -> None:
    """An id that the documentation does not allow is refused, and the error names the field."""
    assert problem_with(room_id=room_id)[0] == "room_id"


def test_a_float_is_a_number_only_where_it_is_exact() -> None:
    """Beyond 2**53 it may stand for another id than the one that was written."""
    exact = RecordingRequest.model_validate_json('{"room_id": 9007199254740992.0, "user_id": 12345678901234567890}')
    assert (exact.room_id, exact.user_id) == ("9007199254740992", "12345678901234567890")
    assert problem_with(room_id=12345678901234567890.0)[0] == "room_id"


@pytest.mark.parametrize("number", [-(2**63), 2**64 - 1])
def test_an_id_as_a_number_has_64_bits(number: int) -> None:
    """As docs/openapi.json says; a longer one is a string."""
    assert RecordingRequest.model_validate({"room_id": number, "user_id": "a"}).room_id == str(number)
    assert problem_with(room_id=number + number // abs(number))[0] == "room_id"


@pytest.mark.parametrize("seconds", [4, 43201, "30", 30.5, True, None])
def test_max_idle_time_is_a_whole_number_of_5_to_43200_seconds(seconds: JsonValue) -> None:
    """A time outside the page's bounds, or of another type, is refused."""
    assert problem_with(max_idle_time=seconds)[0] == "max_idle_time"


@pytest.mark.parametrize("seconds", [5, 43200])
def test_the_bounds_of_max_idle_time_are_allowed(seconds: int) -> None:
    """Both ends of the page's range are valid."""
    assert RecordingRequest(room_id="1", user_id="u", max_idle_time=seconds).max_idle_time == seconds


def test_a_request_for_neither_audio_nor_video_is_refused() -> None:
    """At least one of audio and video is recorded."""
    assert "audio, video or both" in problem_with(is_record_audio=False, video_type=None)[1]


def test_audio_only_leaves_video_type_out() -> None:
    """No video is the field's absence on the wire: the API knows no null."""
    assert "video_type" not in RecordingRequest(room_id="1", user_id="u", video_type=None).body()


def test_an_unknown_field_is_refused() -> None:
    """A misspelt field is an error, not a recording with a default."""
    assert problem_with(max_idel_time=60)[0] == "max_idel_time"


@pytest.mark.parametrize(
    "url",
    [
        "http://h/s3cret",
        "rtmp:///s3cret",
        "rtmp://",
        "s3cret",
        "rtmp://h/s3 cret",
        "rtmp://[s3cret",
        "rtmp://h:0/s3cret",
    ],
)
def test_an_rtmp_url_needs_its_scheme_and_a_host_and_never_shows_its_key(url: str) -> None:
    """A push URL that RTC could not use is refused in words that do not repeat it."""
    with pytest.raises(ValidationError) as caught:
        RecordingRequest.model_validate({"room_id": "1", "user_id": "u", "publish_param": {"rtmp_urls": [url]}})
    assert "s3cret" not in str(caught.value)


def test_push_urls_do_not_show_in_a_request() -> None:
    """The URL's key is kept out of a request's repr, which is what ends in logs."""
    request = RecordingRequest.model_validate(
        {"room_id": "1", "user_id": "u", "publish_param": {"rtmp_urls": ["rtmps://h:443/app/s3cret"]}}
    )
    assert "s3cret" not in repr(request)
    assert request.body()["publish_param"] == {"rtmp_urls": ["rtmps://h:443/app/s3cret"]}


@given(requests)
def test_a_request_survives_its_own_json(request: RecordingRequest) -> None:
    """What was written to the queue is what is read from it."""
    assert RecordingRequest.model_validate_json(request.model_dump_json()) == request


@given(requests)
def test_a_body_with_video_reads_back_as_the_request_it_was_made_from(request: RecordingRequest) -> None:
    """The body is the request, but for "no video", which on the page reads as the default."""
    if request.video_type is not None:
        assert RecordingRequest.model_validate(request.body()) == request


@given(st.dictionaries(st.sampled_from(sorted(RecordingJob.model_fields)), json_values))
def test_any_answer_with_a_job_id_is_a_job(answer: dict[str, JsonValue]) -> None:
    """A wrong type or a missing field anywhere but in job_id never costs us the job."""
    job = RecordingJob.model_validate({**answer, "job_id": "j1"})
    assert job.job_id == "j1"
    assert RecordingJob.model_validate_json(job.model_dump_json()) == job


@pytest.mark.parametrize("job_id", [None, "", " ", "a b", "..", ".", True, {}, "x" * 129, "a\x00"])
def test_an_answer_without_a_usable_job_id_is_no_job(job_id: JsonValue) -> None:
    """Without an id that can stand in a path there is no job to speak of."""
    with pytest.raises(ValidationError):
        RecordingJob.model_validate({"job_id": job_id, "room_id": "100"})


def test_unknown_fields_and_states_are_survived() -> None:
    """RTC may add fields and states: the one is dropped, the other kept."""
    job = RecordingJob.model_validate({"job_id": 7, "state": "PAUSED", "new": 1, "record_param": {"x": 1}})
    assert (job.job_id, job.state) == ("7", "PAUSED")
