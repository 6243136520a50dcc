"""Read and check the bodies of the RTC calls: every parameter of the page's Tables 3 to 5.

The page's example has numbers as ids, so they are accepted; no other type replaces another.
# guess: the page doesn't say what a null or an unknown field does. A null is an absent field, and unknown fields are
ignored, because a service that refused them could never remove a field.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Never
from urllib.parse import urlsplit

from local.rtc.refusal import Refused

VIDEO_TYPES = ("CAMERASTREAM", "SCREENSTREAM")
STREAM_TYPES = ("LD", "SD", "HD", "FHD")
IDLE_TIMES = range(5, 43201)

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a start under the page's names, with defaults. `video_type` None means no video."""

    room_id: str
    user_id: str
    is_record_audio: bool
    video_type: str | None
    select_stream_type: str
    max_idle_time: int
    publish_param: dict[str, list[str]] | None
    record_param: dict[str, str] | None


def read_start(body: bytes, absent_video: str | None) -> Parameters:
    """Read the body of a start; `absent_video` takes the place of an absent video_type. Raises Refused (400)."""
    given = _read_body(body)
    for name in ("room_id", "user_id"):
        if name not in given:
            raise _refused("RTC.00001005", name)
    parameters = Parameters(
        room_id=_field(given, "room_id", _identifier, ""),
        user_id=_field(given, "user_id", _identifier, ""),
        is_record_audio=_field(given, "is_record_audio", _boolean, default=True),
        video_type=_field(given, "video_type", _video_type, absent_video),
        select_stream_type=_field(given, "select_stream_type", _stream_type, "FHD"),
        max_idle_time=_field(given, "max_idle_time", _idle_time, 30),
        publish_param=_field(given, "publish_param", _publish_param, None),
        record_param=_field(given, "record_param", _record_param, None),
    )
    if not parameters.is_record_audio and parameters.video_type is None:
        raise _refused("RTC.00001004", "neither audio nor video")
    return parameters


@dataclass(frozen=True, slots=True)
class Change:
    """The parameters of an update; None means no change."""

    publish_param: dict[str, list[str]] | None
    record_param: dict[str, str] | None


def read_update(body: bytes) -> Change:
    """Read the body of an update, which must change something. Raises Refused (400)."""
    given = _read_body(body)
    change = Change(
        publish_param=_field(given, "publish_param", _publish_param, None),
        record_param=_field(given, "record_param", _record_param, None),
    )
    if change == Change(None, None):
        raise _refused("RTC.00001005", "neither publish_param nor record_param")
    return change


def require_rule(given: Parameters | Change, record_rule_id: str) -> None:
    """Raise Refused (400) if something to do is missing, or the recording rule is not the app's one."""
    # guess: the codes, from their names in the error table.
    if given.publish_param is None and given.record_param is None:
        raise _refused("RTC.00001005", "neither record_param nor publish_param")
    if given.record_param is not None and given.record_param["record_rule_id"] != record_rule_id:
        raise _refused("RTC.00001003", "record_rule_id: the app has no such rule")


def read_object(body: bytes) -> dict[str, object] | None:
    """Return the JSON object in `body`, without its null members; None if it isn't a JSON object."""
    try:
        document = json.loads(body, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return None
    return (
        {name: value for name, value in document.items() if value is not None} if isinstance(document, dict) else None
    )


def _read_body(body: bytes) -> dict[str, object]:
    given = read_object(body)
    if given is None:
        raise _refused("RTC.00001002", "the body is not a JSON object")
    return given


def _field[T](given: Mapping[str, object], name: str, read: Callable[[object], T], default: T) -> T:
    if name not in given:
        return default
    try:
        return read(given[name])
    except ValueError as error:
        raise _refused("RTC.00001003", name) from error


def _identifier(value: object) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise ValueError(value)
    return text


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(value)


def _video_type(value: object) -> str:
    return _one_of(VIDEO_TYPES, value)


def _stream_type(value: object) -> str:
    return _one_of(STREAM_TYPES, value)


def _one_of(choices: tuple[str, ...], value: object) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(value)
    return value


def _idle_time(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in IDLE_TIMES:
        raise ValueError(value)
    return value


def _publish_param(value: object) -> dict[str, list[str]]:
    urls = _only_member(value, "rtmp_urls")
    if not isinstance(urls, list) or not urls:
        raise ValueError(urls)
    return {"rtmp_urls": [_rtmp_url(url) for url in urls]}


def _rtmp_url(value: object) -> str:
    if not isinstance(value, str) or urlsplit(value).scheme not in {"rtmp", "rtmps"} or not urlsplit(value).hostname:
        raise ValueError(value)
    return value


def _record_param(value: object) -> dict[str, str]:
    return {"record_rule_id": _identifier(_only_member(value, "record_rule_id"))}


def _only_member(value: object, name: str) -> object:
    if isinstance(value, dict):
        if value.get(name) is None:
            raise _refused("RTC.00001005", name)
        return value[name]
    raise ValueError(value)


def _no_json(constant: str) -> Never:
    raise ValueError(constant)  # Python would read NaN and Infinity


def _refused(code: str, why: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, code, why)
