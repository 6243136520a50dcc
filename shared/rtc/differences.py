"""Compare what RTC answers about a job with what was asked: all of it that the answer says."""

from pydantic import BaseModel, ConfigDict, JsonValue

from shared.rtc.models import RecordingJob, RecordingRequest
from shared.rtc.request_preview import masked_url


class Difference(BaseModel):
    """A field of the job in which RTC's answer differs from what was asked. Push addresses are cut after their host."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    field: str
    """The field's name on RTC's API page."""
    asked: JsonValue
    """null if nothing was asked."""
    answered: JsonValue


def differences(request: RecordingRequest, job: RecordingJob, app_id: str | None) -> tuple[Difference, ...]:
    """Return each field that differs. `app_id` is the app that was asked; with None, the app is not compared.

    A field that the answer leaves out is as it was asked.
    """
    pushed = sorted(request.publish_param.rtmp_urls) if request.publish_param else []
    pushed_by_rtc = job.publish_param.rtmp_urls if job.publish_param else None
    rule = request.record_param.record_rule_id if request.record_param else None
    compared: list[tuple[str, JsonValue, JsonValue]] = [
        ("app_id", app_id, job.app_id if app_id else None),
        ("room_id", request.room_id, job.room_id),
        ("user_id", request.user_id, job.user_id),
        ("is_record_audio", request.is_record_audio, job.is_record_audio),
        ("video_type", request.video_type, job.video_type),
        ("select_stream_type", request.select_stream_type, job.select_stream_type),
        ("max_idle_time", request.max_idle_time, job.max_idle_time),
        ("record_rule_id", rule, job.record_param.record_rule_id if job.record_param else None),
    ]
    found = [
        Difference(field=field, asked=asked, answered=answered)
        for field, asked, answered in compared
        if answered is not None and answered != asked
    ]
    if pushed_by_rtc is not None and sorted(pushed_by_rtc) != pushed:
        shown: list[list[JsonValue]] = [[masked_url(url) for url in urls] for urls in (pushed, pushed_by_rtc)]
        found.append(Difference(field="rtmp_urls", asked=shown[0] or None, answered=shown[1]))
    return tuple(found)
