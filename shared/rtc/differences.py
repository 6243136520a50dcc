"""Compare what RTC answers about a job with what was asked: all of it that the answer says."""

from pydantic import BaseModel, ConfigDict, JsonValue

from shared.rtc.models import RecordingJob, RecordingRequest
from shared.rtc.push_addresses import without_key
from shared.rtc.request_preview import masked_url


class Difference(BaseModel):
    """A field of the job in which RTC's answer differs from what was asked. Push addresses are cut after their host."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    field: str
    """The field's name on RTC's API page."""
    asked: JsonValue
    """null if nothing was asked."""
    answered: JsonValue


_PARTS = {"record_rule_id": "record_param", "rtmp_urls": "publish_param"}
"""The job's fields that have the others in them."""


def differences(request: RecordingRequest, job: RecordingJob, app_id: str | None) -> tuple[Difference, ...]:
    """Return each field that differs. `app_id` is the app that was asked; with None, the app is not compared.

    A field that the answer leaves out is as it was asked.
    """
    return tuple(
        Difference(field=field, asked=None if asked == [] else _shown(asked), answered=_shown(answered))
        for field, asked, answered in _answered(request, job, app_id)
        if answered != asked
    )


def as_asked(request: RecordingRequest, job: RecordingJob, app_id: str | None) -> set[str]:
    """Return the fields of the job that could be left out: the answer says of them what was asked."""
    same = [field for field, asked, answered in _answered(request, job, app_id) if answered == asked]
    return {_PARTS.get(field, field) for field in same}


def _answered(
    request: RecordingRequest, job: RecordingJob, app_id: str | None
) -> list[tuple[str, JsonValue, JsonValue]]:
    """Return each field that the answer has, as it was asked and as it was answered."""
    rule = request.record_param.record_rule_id if request.record_param else None
    pushed = request.publish_param.rtmp_urls if request.publish_param else []
    pushed_by_rtc = job.publish_param.rtmp_urls if job.publish_param else None
    compared: list[tuple[str, JsonValue, JsonValue]] = [
        ("app_id", app_id, job.app_id if app_id else None),
        ("room_id", request.room_id, job.room_id),
        ("user_id", request.user_id, job.user_id),
        ("is_record_audio", request.is_record_audio, job.is_record_audio),
        ("video_type", request.video_type, job.video_type),
        ("select_stream_type", request.select_stream_type, job.select_stream_type),
        ("max_idle_time", request.max_idle_time, job.max_idle_time),
        ("record_rule_id", rule, job.record_param.record_rule_id if job.record_param else None),
        ("rtmp_urls", _without_keys(pushed), None if pushed_by_rtc is None else _without_keys(pushed_by_rtc)),
    ]
    return [it for it in compared if it[2] is not None]


def _without_keys(urls: list[str]) -> list[JsonValue]:
    """Return the addresses to compare. What comes from the ledger, or from RTC, has no keys."""
    return [*sorted(map(without_key, urls))]


def _shown(value: JsonValue) -> JsonValue:
    """Return a value as it may be shown."""
    return [masked_url(str(url)) for url in value] if isinstance(value, list) else value
