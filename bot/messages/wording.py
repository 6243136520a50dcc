"""Describe recordings in a few words: who, where, with which settings, how long."""

from collections.abc import Sequence
from datetime import timedelta

from bot.messages.blocks import plain
from shared.rtc.differences import Difference, differences
from shared.rtc.models import RecordingJob, RecordingRequest

_NAMED = 3
"""The most users that a line names; it counts the others."""
_SOURCES = {"CAMERASTREAM": "camera", "SCREENSTREAM": "screen"}
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def span(seconds: int) -> str:
    """Return a length of time, exactly: `90` is `1 min 30 s`."""
    parts = []
    left = seconds
    for length, unit in _UNITS:
        if left >= length:
            parts.append(f"{left // length} {unit}")
            left %= length
    return " ".join(parts) or f"{seconds} s"


def elapsed(time: timedelta) -> str:
    """Return a length of time that has passed, in whole minutes from one minute on."""
    seconds = max(int(time.total_seconds()), 0)
    return span(seconds - seconds % 60 if seconds >= 60 else seconds)  # noqa: PLR2004 # seconds of a minute


def stream(request: RecordingRequest) -> str:
    """Return `user001 in room 100`."""
    return f"{request.user_id} in room {request.room_id}"


def streams(requests: Sequence[RecordingRequest]) -> str:
    """Return `user001, user002, user003 and 2 more in room 100`; with several rooms, the room of each user."""
    rooms = {request.room_id for request in requests}
    names = [request.user_id if len(rooms) == 1 else stream(request) for request in requests]
    if len(names) > _NAMED + 1:
        names[_NAMED:] = [f"{len(names) - _NAMED} more"]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{listed} in room {rooms.pop()}" if len(rooms) == 1 else listed


def settings(request: RecordingRequest, job: RecordingJob | None = None, app_id: str | None = None) -> str:
    """Return `HD · camera + audio · ends after 5 min idle`: RTC's values, and the requested ones that differ.

    `app_id` is the app that was asked. It is only said if RTC answers another one, as are room and user.
    """
    asked = (request.select_stream_type, source(request.video_type, audio=request.is_record_audio))
    held = asked if job is None else _held(request, job)
    other = {} if job is None else {it.field: it for it in differences(request, job, app_id)}
    rule = f"rule {plain(request.record_param.record_rule_id, 32)}" if request.record_param else None
    places = len(request.publish_param.rtmp_urls) if request.publish_param else 0
    pushed = f"pushed to {places} {'address' if places == 1 else 'addresses'}" if places else None
    if "record_rule_id" in other:
        rule = _other("rule", other["record_rule_id"])
    if "rtmp_urls" in other:
        pushed = f"pushed elsewhere (asked: {pushed or 'not pushed'})"
    elsewhere = [_other(name, other[f"{name}_id"]) for name in ("app", "room", "user") if f"{name}_id" in other]
    return " · ".join(filter(None, (*map(_or_asked, held, asked), rule, pushed, idle(request, job), *elsewhere)))


def common_settings(requests: Sequence[RecordingRequest]) -> str | None:
    """Return the settings if they are the same for all requests, else None."""
    said = {settings(request) for request in requests}
    return said.pop() if len(said) == 1 else None


def idle(request: RecordingRequest, job: RecordingJob | None = None) -> str:
    """Return `ends after 5 min idle`, with RTC's time, and the requested one if it differs."""
    held = request.max_idle_time if job is None or job.max_idle_time is None else job.max_idle_time
    asked = "" if held == request.max_idle_time else f" (asked: {span(request.max_idle_time)})"
    return f"ends after {plain(span(held))} idle{asked}"


def source(video_type: str | None, *, audio: bool) -> str:
    """Return `camera + audio`, `screen, no audio` or `audio only`."""
    if video_type is None:
        return "audio only"
    picture = _SOURCES.get(video_type) or plain(video_type, 32)
    return f"{picture} + audio" if audio else f"{picture}, no audio"


def _other(name: str, difference: Difference) -> str:
    return f"{name} {plain(difference.answered)} (asked: {plain(difference.asked or 'none')})"


def _held(request: RecordingRequest, job: RecordingJob) -> tuple[str, str]:
    audio = request.is_record_audio if job.is_record_audio is None else job.is_record_audio
    quality = plain(job.select_stream_type or request.select_stream_type, 32)
    return quality, source(job.video_type or request.video_type, audio=audio)


def _or_asked(held: str, asked: str) -> str:
    return held if held == asked else f"{held} (asked: {asked})"
