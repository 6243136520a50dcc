"""The bodies of the RTC calls, field by field."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.rtc.parameters import Change, Parameters, read_object, read_start, read_update, require_rule
from local.rtc.refusal import Refused
from tests.paths import SAMPLES

IDS = {"room_id": "100", "user_id": "user001"}
NO_IDS: list[object] = ["", " ", "a b", "a.b", "ä", "a" * 65, 1.0, True, [], {}]
NO_RTMP_URLS: list[object] = ["http://a.example", "rtmp://", "rtmp:///key", "rtmp://[", "", 1, None]
WRONG: dict[str, list[object]] = {
    "room_id": NO_IDS,
    "user_id": NO_IDS,
    "max_idle_time": [4, 43201, -1, "30", 30.0, True, []],
    "is_record_audio": ["true", 1, 0, "", []],
    "video_type": ["", "camerastream", "CAMERA", 1, ["CAMERASTREAM"]],
    "select_stream_type": ["", "hd", "UHD", 1, {}],
    "record_param": ["rule", [], 1, {"record_rule_id": ""}, {"record_rule_id": [1]}],
    "publish_param": [
        *("rtmp://a.example", [], {"rtmp_urls": []}, {"rtmp_urls": "rtmp://a.example"}),
        *({"rtmp_urls": ["rtmp://a.example", url]} for url in NO_RTMP_URLS),
    ],
}


def _start(**fields: object) -> Parameters:
    return read_start(json.dumps(IDS | fields).encode(), absent_video=None)


def _code(body: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_start(body, absent_video=None)
    assert refused.value.status == 400
    return refused.value.code


def test_the_page_s_example_is_accepted_with_its_odd_types() -> None:
    """The page's request has a number as room_id, and means the string."""
    assert read_start((SAMPLES / "start_request.json").read_bytes(), absent_video=None) == Parameters(
        room_id="100",
        user_id="user001",
        is_record_audio=True,
        video_type="CAMERASTREAM",
        select_stream_type="FHD",
        max_idle_time=30,
        publish_param=None,
        record_param={"record_rule_id": "5f5e172b9016ed5b0961a43"},
    )


def test_the_page_s_defaults_fill_in_what_is_absent_or_null() -> None:
    """Audio on, FHD, 30 seconds, nothing pushed, no rule; a null is an absent field."""
    bare = _start()
    assert bare == Parameters("100", "user001", True, None, "FHD", 30, None, None)
    assert bare == _start(max_idle_time=None, video_type=None, publish_param=None)


def test_a_rule_that_is_required_is_the_app_s_own() -> None:
    """Something to do is needed, a rule or an address; and of rules only the app's."""
    with pytest.raises(Refused, match="neither record_param nor publish_param"):
        require_rule(_start(), "r1")
    with pytest.raises(Refused, match="no such rule"):
        require_rule(_start(record_param={"record_rule_id": "r2"}), "r1")
    require_rule(_start(record_param={"record_rule_id": "r1"}), "r1")
    require_rule(_start(publish_param={"rtmp_urls": ["rtmp://a/b"]}), "r1")


def test_what_an_absent_video_type_means_is_a_choice() -> None:
    """The page says "not recorded" and "default CAMERASTREAM": both readings can be had, and null is absent in each."""
    body = json.dumps(IDS | {"video_type": None, "is_record_audio": False}).encode()
    assert read_start(body, absent_video="CAMERASTREAM").video_type == "CAMERASTREAM"
    with pytest.raises(Refused, match="neither audio nor video"):
        read_start(body, absent_video=None)


@pytest.mark.parametrize(
    "fields",
    [
        {"room_id": -5, "user_id": 7},
        {"room_id": "a_B-9" * 12 + "1234"},
        {"max_idle_time": 5},
        {"max_idle_time": 43200},
        {"is_record_audio": False, "video_type": "SCREENSTREAM"},
        {"select_stream_type": "LD"},
        {"publish_param": {"rtmp_urls": ["rtmp://a.example/b", "rtmps://c.example:1935/d?key=e"]}},
        {"some_field_of_tomorrow": {"x": 1}},
    ],
)
def test_values_within_the_bounds_are_accepted(fields: dict[str, object]) -> None:
    """The edges themselves are in; unknown fields are tolerated."""
    parameters = _start(**fields)
    for name, value in fields.items():
        if hasattr(parameters, name):
            expected = str(value) if name.endswith("_id") else value
            assert getattr(parameters, name) == expected


def test_a_wrong_value_is_1003() -> None:
    """Every field's bounds, types and words are checked; no type passes for another but a number for an id."""
    wrong = [{name: value} for name, values in WRONG.items() for value in values]
    assert [it for it in wrong if _code(json.dumps(IDS | it).encode()) != "RTC.00001003"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"room_id": None},
        {"user_id": None},
        {"record_param": {}},
        {"record_param": {"record_rule_id": None}},
        {"publish_param": {}},
    ],
)
def test_a_missing_mandatory_field_is_1005(fields: dict[str, object]) -> None:
    """What the tables call mandatory must be there, also within a parameter object."""
    assert _code(json.dumps(IDS | fields).encode()) == "RTC.00001005"


def test_neither_audio_nor_video_is_1004() -> None:
    """Each is allowed to be off, both are not."""
    assert _code(json.dumps(IDS | {"is_record_audio": False}).encode()) == "RTC.00001004"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"room_id": NaN}',
        b"[" * 100_000,
        b'{"room_id": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_object_is_1002(body: bytes) -> None:
    """Cut, foreign, too deep or too long for a number: the body is malformed."""
    assert _code(body) == "RTC.00001002"


@settings(deadline=None)
@given(
    body=st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*Parameters.__slots__, "x"]), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """Whatever the bytes, a start and an update end in parameters or a refusal, never in another error."""
    for read in (lambda: read_start(body, absent_video=None), lambda: read_update(body)):
        with contextlib.suppress(Refused):
            read()


def test_an_update_changes_the_rule_or_the_push_urls() -> None:
    """Either may be given; with neither there is nothing to do, and that is 1005."""
    assert read_update(b'{"record_param": {"record_rule_id": "r2"}}') == Change(None, {"record_rule_id": "r2"})
    assert read_update(b'{"publish_param": {"rtmp_urls": ["rtmp://a.example"]}}') == Change(
        {"rtmp_urls": ["rtmp://a.example"]}, None
    )
    with pytest.raises(Refused, match=r"RTC\.00001005"):
        read_update(b'{"record_param": null}')


def test_an_object_is_read_without_its_nulls() -> None:
    """A null member is as good as absent; what is no object is None."""
    assert read_object(b'{"a": null, "b": [null]}') == {"b": [None]}
    assert read_object(b"[]") is None
