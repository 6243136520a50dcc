"""A push address lets anyone publish to a stream: its key is neither stored nor shown."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.attempts import Started
from shared.orders import PlacedOrder
from shared.rtc.answers import Answer, error_in, job_in
from shared.rtc.differences import differences
from shared.rtc.errors import AlreadyRunning, OutcomeUnknown
from shared.rtc.models import RecordingRequest
from shared.rtc.push_addresses import WITHOUT_KEYS, keys_in, without_key
from tests.builders import NOW, TIMETABLE, a_job, a_request, a_start

KEY = "s3cretKey9"
URLS = [f"rtmp://live.example.com/app/{KEY}", f"rtmps://user:{KEY}@b.example.com:1936/{KEY}?sign={KEY}&x=1"]
PUSHED = a_request(publish_param={"rtmp_urls": URLS})


def test_the_host_is_left_and_what_tells_two_addresses_apart() -> None:
    """The same address gives the same text, and another key another one."""
    first, second = map(without_key, URLS)
    assert first.startswith("rtmp://live.example.com/kept-")
    assert second.startswith("rtmps://b.example.com:1936/kept-")
    assert KEY not in first + second
    assert without_key(URLS[0] + "x") != first


@given(st.text() | st.from_regex(r"rtmps?://[a-z:@\\[\\]]{0,9}/?[a-z/]{0,5}", fullmatch=True))
def test_an_address_without_its_key_stays_as_it_is(text: str) -> None:
    """What is read from the ledger may be written again; nothing breaks it."""
    assert without_key(without_key(text)) == without_key(text)


def test_what_is_dumped_for_the_ledger_has_no_key() -> None:
    """A request and RTC's answer, wherever they are in a model; it is read again, and sent to RTC with its keys."""
    placed = PlacedOrder(body_digest="d", actor=TIMETABLE, placed_at=NOW, action=a_start(PUSHED))
    started = Started(job=a_job(PUSHED))
    for model in (PUSHED, placed, started):
        stored = model.model_dump_json(context=WITHOUT_KEYS)
        assert KEY not in stored
        assert type(model).model_validate_json(stored).model_dump_json(context=WITHOUT_KEYS) == stored
    assert PUSHED.body()["publish_param"] == {"rtmp_urls": URLS}


@pytest.mark.parametrize("is_stored", [True, False])
@pytest.mark.parametrize("is_answered_in_full", [True, False])
def test_a_stored_address_is_compared_with_one_that_is_not(*, is_stored: bool, is_answered_in_full: bool) -> None:
    """RTC pushes where it was asked to: no difference, whichever of the two comes from the ledger."""
    short = {"rtmp_urls": [without_key(url) for url in URLS]}
    request = RecordingRequest.model_validate(PUSHED.body() | ({"publish_param": short} if is_stored else {}))
    job = a_job(PUSHED, **({} if is_answered_in_full else {"publish_param": short}))
    assert differences(request, job, None) == ()
    assert differences(a_request(publish_param={"rtmp_urls": [URLS[0] + "x"]}), job, None) != ()


def _answer(status: int, content: str) -> Answer:
    keys = tuple(key for url in URLS for key in keys_in(url))
    return Answer(status, "id", content.encode(), secrets=("accesskeyAK", "secretkeySK"), push_keys=keys)


@pytest.mark.parametrize(
    "text",
    [
        URLS[0],
        f"cannot push to {URLS[1]}: refused",
        f"the stream {KEY} exists",
        f"canonical request: accesskeyAK secretkeySK {KEY}",
        f"rtmp://other.example/app/{KEY}2",
    ],
)
@pytest.mark.parametrize("field", ["error_msg", "error_code", "request_id"])
def test_an_error_repeats_no_secret(text: str, field: str) -> None:
    """Whatever RTC says of what it was sent, a person, the ledger and the log get it masked."""
    text = text.replace('"', "")
    error = error_in("start", _answer(400, f'{{"{field}": "{text}"}}'))
    told = f"{error!r} {error} {error.failure()!r}"
    assert not [secret for secret in (KEY, "accesskeyAK", "secretkeySK") if secret in told]


@pytest.mark.parametrize("field", ["description", "stop_reason", "state", "stream_name", "video_type"])
def test_a_job_repeats_no_secret(field: str) -> None:
    """Neither in a field for people, nor in the addresses that it pushes to, which are compared."""
    fields: dict[str, Any] = {"job_id": "1", "publish_param": {"rtmp_urls": URLS}} | {field: f"secretkeySK {KEY}"}
    job = job_in("show", _answer(200, json.dumps(fields)))
    assert not [secret for secret in (KEY, "secretkeySK") if secret in f"{job!r} {job.model_dump_json()}"]
    assert differences(PUSHED, job.model_copy(update={"video_type": None}), None) == ()


@pytest.mark.parametrize("key", ["user001", "job-77", "room-100", "s_job-77_room-100_user001", "RUNNING", "job_id"])
@pytest.mark.parametrize("state", ["INIT", "RUNNING"])
def test_a_push_key_that_is_also_an_id_changes_nothing_of_a_job(key: str, state: str) -> None:
    """The job that RTC names is the job that is shown and stopped, and no difference is told."""
    request = a_request(
        room_id="room-100", user_id="user001", publish_param={"rtmp_urls": [f"rtmp://live.example.com/live/{key}"]}
    )
    sent = a_job(request, job_id="job-77", stream_name="s_job-77_room-100_user001", state=state)
    keys = keys_in(f"rtmp://live.example.com/live/{key}")
    job = job_in("start", Answer(201, "id", sent.model_dump_json().encode(), push_keys=keys))
    assert job == sent.model_copy(update={"publish_param": job.publish_param})
    assert differences(request, job, None) == ()


@pytest.mark.parametrize("key", ["00001006", "RTC.00001006"])
def test_a_push_key_that_is_also_a_part_of_an_error_code_changes_no_error(key: str) -> None:
    """The code decides what the error means."""
    answer = Answer(400, "id", b'{"error_code": "RTC.00001006", "error_msg": "JobRunning"}', push_keys=(key,))
    assert isinstance(error_in("start", answer), AlreadyRunning)


def test_a_job_id_that_cannot_be_used_is_free_text() -> None:
    """It may be anything, so its secrets are masked."""
    with pytest.raises(OutcomeUnknown) as caught:
        job_in("start", _answer(201, json.dumps({"job_id": f"accesskeyAK {KEY}"})))
    assert caught.value.job_id == "*** ***"
