"""Log in what RTC's answer about a job differs from what was asked."""

from functions.aws.observability import logger
from shared.log_events import LogEvent
from shared.rtc.differences import differences
from shared.rtc.models import RecordingJob, RecordingRequest


def report_differences(
    request: RecordingRequest, job: RecordingJob, app_id: str | None, before: RecordingJob | None = None
) -> None:
    """Log in what RTC's answer differs from what was asked, unless it did so `before`."""
    known = differences(request, before, app_id) if before else ()
    found = [it.model_dump() for it in differences(request, job, app_id) if it not in known]
    if found:
        logger.warning(LogEvent.JOB_DIFFERS, extra={"job_id": job.job_id, "differences": found})
