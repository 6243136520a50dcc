"""What a message shows of one stream: of its recording, from planned to over, or of a start that made no recording."""

from dataclasses import dataclass
from datetime import datetime

from bot.messages.blocks import Line, clock_time, code, day_time, joined, person, plain
from bot.messages.files import files_in_short
from bot.messages.wording import elapsed, settings, span
from shared.recordings import End, Recording, RecordingState
from shared.rtc.models import RecordingRequest, expected_stream_name


@dataclass(frozen=True, slots=True)
class StreamNews:
    """What happened to one stream. A message about several streams leaves `general` out, unless it `deviates`."""

    mark: str
    headline: str
    general: Line
    facts: tuple[Line, ...]
    started: bool = False
    deviates: bool = False
    """Whether RTC records otherwise than it was asked."""

    def row(self) -> Line:
        """Return the news as one line of several."""
        return [f"{'✅' if self.started else self.mark} ", *joined(self.headline, *self.facts)]


def card(recording: Recording, who: str, now: datetime) -> StreamNews:
    """Return what a message shows of the recording; `who` names its stream."""
    facts = _facts(recording)
    if recording.probably_runs and recording.job is None:
        why: Line = ["RTC says so, but never named the job, so recordbot can't stop or check it."]
        return StreamNews("❓", f"{who} is probably being recorded", why, ())
    if recording.is_over:
        return _over(recording, who, now, facts)
    if recording.stop_asked is not None:
        asked = recording.stop_asked
        stopping: Line = ["asked for by ", person(asked.by), " at ", clock_time(asked.at)]
        return StreamNews("⏳", f"Stopping {who}", stopping, (facts,), started=True)
    asked_as, is_as = settings(recording.request), settings(recording.request, recording.job, recording.app_id)
    general = joined([is_as, *ends_at(recording)], _since(recording))
    deviates = asked_as != is_as
    match recording.state:
        case RecordingState.PLANNED:
            return StreamNews("📅", f"Planned: {who}", joined(["starts ", day_time(recording.since)], general), ())
        case RecordingState.RECORDING:
            return StreamNews("🔴", f"Recording {who}", general, (facts,), started=True, deviates=deviates)
        case _:
            return StreamNews("🟡", f"Starting {who}", general, (facts,), started=True, deviates=deviates)


def ends_at(recording: Recording) -> Line:
    """Return ` or at 18:02`, which follows `ends after 5 min idle`; nothing if the recording has no limit."""
    return () if recording.limit is None else (" or at ", clock_time(recording.limit.ends_at))


def why_over(recording: Recording) -> Line:
    """Return why the recording is over, as the end of a sentence."""
    job, asked = recording.job, recording.stop_asked
    idle = recording.request.max_idle_time if job is None or job.max_idle_time is None else job.max_idle_time
    given = plain(job.stop_reason, 32) if job is not None and job.stop_reason else ""
    description = f" ({plain(job.description, 120)})" if job is not None and job.description else ""
    match recording.end:
        case End.STOPPED if asked is not None:
            return ["stopped by ", person(asked.by)]
        case End.IDLE:
            return [f"room {recording.request.room_id} was idle for {plain(span(idle))}"]
        case End.OTHER:
            return [f"RTC gave the reason {given}{description}" if given else f"RTC gave no reason{description}"]
        case End.RTC_FAILED:
            return [f"RTC failed{description}"]
        case None if recording.state is RecordingState.LOST:
            return [_WHY[End.GONE]]
        case end:
            return [_WHY[end or End.STOPPED]]


NEVER_NAMED = "RTC never named a job, and neither a callback nor a file did"
_WHY = {
    End.STOPPED: "it was stopped",
    End.LIMIT: "its time limit was reached",
    End.ELSEWHERE: "it was stopped at RTC, not by recordbot",
    End.NOT_STARTED: "it was not started",
    End.RELEASED: "RTC never named its job",
    End.GONE: "RTC does not know the job any more",
    End.UNSEEN: "RTC could not show the job for a day",
}


def _over(recording: Recording, who: str, now: datetime, facts: Line) -> StreamNews:
    why = why_over(recording)
    if recording.job is None and recording.end is End.STOPPED:
        return StreamNews("⏹", f"Not recorded: {who} · the plan was cancelled", why, ())
    if recording.seems_not_started:
        return StreamNews(
            "❓", f"{who} seems not to have been recorded", [f"{NEVER_NAMED}; it can be started again"], ()
        )
    if recording.end is End.RELEASED:
        return StreamNews("❓", f"{who} may have been recorded", [*why, "; it can be started again"], ())
    if recording.state is RecordingState.LOST:
        return StreamNews("❓", f"Lost: {who} · after {elapsed(recording.duration(now))}", why, (facts,))
    headline = f"Recorded {who} · {elapsed(recording.duration(now))}"
    return StreamNews("⏹", headline, why, (joined(facts, files_in_short(recording)),))


def job_line(job_id: str, stream_name: str | None, request: RecordingRequest) -> Line:
    """Return the job's id and stream name. A name that RTC did not say is marked as expected."""
    expected = expected_stream_name(job_id, request.room_id, request.user_id)
    name: Line = [code(stream_name)] if stream_name else [code(expected), " (expected)"]
    return joined(["job ", code(job_id)], name)


def _facts(recording: Recording) -> Line:
    job = recording.job
    if job is None:
        return ()
    said = job.state is not None and job.state not in {"RUNNING", "STOPPED"}
    return joined(
        job_line(job.job_id, job.stream_name, recording.request),
        plain(job.state, 32) if said and not recording.is_over else None,
        _when(recording),
    )


def _when(recording: Recording) -> Line | None:
    job = recording.job
    if job is None or not recording.is_over or job.start_time is None or recording.ended_at is None:
        return None
    return [clock_time(job.start_time), " to ", clock_time(recording.ended_at)]


def _since(recording: Recording) -> Line | None:
    is_on = recording.state is RecordingState.RECORDING
    return ["since ", clock_time((recording.job and recording.job.start_time) or recording.since)] if is_on else None
