"""Each wrong field is named by its pointer, with what was given and what is allowed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import binary, booleans, dictionaries, integers, lists, none, recursive, sampled_from, text
from pydantic import ValidationError

from functions.webhook_api.events import EVENT, MODELS
from functions.webhook_api.problems import Problem, problem_of
from tests.webhook_requests import an_event

NAMES = sorted({name for model in MODELS.values() for name in model.model_fields})
KEY = "rtmp://live.example.com/app/s3cret"
JSON = recursive(
    none() | booleans() | integers() | text(),
    lambda inner: lists(inner, max_size=3) | dictionaries(text(max_size=5) | sampled_from(NAMES), inner),
    max_leaves=8,
)


def _problem(body: bytes) -> Problem:
    with pytest.raises(ValidationError) as refused:
        EVENT.validate_json(body)
    return problem_of(refused.value)


def _one(body: bytes) -> dict[str, Any]:
    (error,) = _problem(body).errors
    return error.model_dump()


@pytest.mark.parametrize(
    ("body", "pointer", "given_there", "allowed"),
    [
        (an_event({"room_id": 1, "user_id": "a", "max_idle_time": 2}), "/data/max_idle_time", "2", "5 to 43200"),
        (an_event([{"room_id": 1, "user_id": "ä"}]), "/data/0/user_id", '"ä"', "1 to 64 of A-Z a-z 0-9 _ -"),
        (an_event({"room_id": 1}), "/data/user_id", None, "1 to 64 of A-Z a-z 0-9 _ -"),
        (an_event([]), "/data", "[]", "a list of 1 to 10"),
        (an_event(type_="start"), "/type", '"start"', "recording.start, recording.stop or ping"),
        (b"{}", "/type", None, "recording.start, recording.stop or ping"),
        (b"[1]", "", "[1]", "a JSON object"),
        (an_event(timestamp="1772447400"), "/timestamp", '"1772447400"', "such as 2026-03-02T10:30:00Z"),
        (an_event(timestamp=5), "/timestamp", "5", "such as 2026-03-02T10:30:00Z"),
        (an_event(timestamp="2026-03-02T10:30:00"), "/timestamp", '"2026-03-02T10:30:00"', "with its zone"),
        (an_event(dry_run="yes"), "/dry_run", '"yes"', "or false"),
        (an_event(notify={"channel": "#general"}), "/notify/channel", '"#general"', "The id of a Slack channel"),
        (an_event({"room_id": 1}, "recording.stop"), "/data/user_id", None, "job_id, or room_id and user_id"),
        (an_event({"job_id": "a b"}, "recording.stop"), "/data/job_id", '"a b"', "The id of a job"),
    ],
)
def test_a_wrong_field_is_named(body: bytes, pointer: str, given_there: str | None, allowed: str) -> None:
    """By a JSON pointer into what was sent, without anything of our own in it."""
    error = _one(body)
    assert (error["pointer"], error["given"]) == (pointer, given_there)
    assert allowed in error["allowed"]


def test_every_wrong_field_is_named_at_once() -> None:
    """With a status of 422 and a request id."""
    wrong = _problem(an_event({"room_id": "", "user_id": "", "hd": True}, notify=5)).response("req-1")
    details = json.loads(wrong.body)
    assert [error["pointer"] for error in details["errors"]] == [
        "/data/room_id", "/data/user_id", "/data/hd", "/notify"
    ]  # fmt: skip
    assert (details["status"], details["request_id"], wrong.content_type) == (422, "req-1", "application/problem+json")


@pytest.mark.parametrize(
    "data",
    [
        {"room_id": 1, "user_id": "a", "publish_param": {"rtmp_urls": KEY}},
        {"room_id": 1, "user_id": "a", "publish_param": {"rtmp_urls": [KEY, 5]}},
        {"room_id": 1, "user_id": "a", "publish_param": KEY},
        {"room_id": 1, "user_id": "a", "rtmp_url": KEY},
        [[KEY]],
    ],
)
def test_a_push_address_is_never_repeated(data: object) -> None:
    """Its last part lets anyone publish."""
    assert "s3cret" not in _problem(an_event(data)).response("r").body


def test_what_was_given_is_cut() -> None:
    """An answer is no mirror for long texts."""
    shown = _one(an_event({"room_id": "x" * 5000, "user_id": "a"}))["given"]
    assert shown == '"' + "x" * 63 + "…"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (an_event(Data=1), "type, timestamp, data, notify, dry_run"),
        (an_event(type_="ping", notify={}), "type, timestamp, data"),
        (an_event({"room_id": 1, "user_id": "a", "roomId": 1}), "room_id, user_id, is_record_audio, "),
        (an_event([{"room_id": 1, "user_id": "a", "roomId": 1}]), "room_id, user_id, is_record_audio, "),
        (an_event({"job_id": 1, "room_id": 1}, "recording.stop"), "job_id"),
        (an_event(notify={"channel": "C1", "user": "U1"}), "channel"),
        (an_event({"room_id": 1, "user_id": "a", "record_param": {"record_rule_id": "1", "x": 1}}), "record_rule_id"),
    ],
)
def test_a_field_that_is_none_gets_told_those_that_are(body: bytes, fields: str) -> None:
    """A slip of the pen is found without the documentation."""
    assert _one(body)["allowed"].startswith(f"fields here: {fields}")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "true"), ([None], "[null]"), ("30", '"30"'), ("a\x1b[31m\u202eb", r'"a\u001b[31m\u202eb"')],
)
def test_what_was_given_is_shown_as_json(value: object, shown: str) -> None:
    """In the caller's terms, and so that it does nothing to a terminal."""
    assert _one(an_event({"room_id": 1, "user_id": "a", "max_idle_time": value}))["given"] == shown
    body = an_event().replace(b'"recording.start"', json.dumps(value).encode())
    assert _one(body)["given"] == shown


@pytest.mark.parametrize(
    ("key", "pointer"),
    [
        ("<one>", "/data/<one>"),
        ("<several>", "/data/<several>"),
        ("a/b~c", "/data/a~1b~0c"),
        ("", "/data/"),
        ("/" * 130, "/data/" + "~1" * 125),
        ("x" + "/" * 130, "/data/x" + "~1" * 124),
        ("a\u202e\x00", r"/data/a\u202e\u0000"),
    ],
)
def test_a_pointer_leads_to_any_key(key: str, pointer: str) -> None:
    """Whatever its name: one like our own words for things, one with escapes, a long one cut between them."""
    assert _one(an_event({"room_id": 1, "user_id": "a", key: 1}))["pointer"] == pointer


def test_what_is_no_object_is_told_in_json_s_words() -> None:
    """Python's are nobody's business."""
    assert [_one(an_event(data))["detail"] for data in (5, [5])] == ["is no JSON object"] * 2


@given(JSON.map(json.dumps).map(str.encode) | binary() | JSON.map(an_event))
def test_whatever_comes_is_an_event_or_a_problem(body: bytes) -> None:
    """400 for what is no JSON, 422 for what is no event; the answer is JSON itself."""
    try:
        EVENT.validate_json(body)
    except ValidationError as error:
        problem = problem_of(error)
        assert problem.status in {400, 422}
        assert json.loads(problem.response("r").body)["detail"]
