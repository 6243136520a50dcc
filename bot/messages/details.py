"""All that is known of a recording: its history, and every field of RTC's answers with their request ids."""

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Line, Reply, day_time, joined, plain, reply
from bot.messages.controls import ControlName, Controls, Menu
from bot.messages.history import steps_of
from bot.messages.recording_controls import again, stop_controls, stoppable
from bot.messages.wording import settings, stream
from shared.attempts import Attempt, NotStarted, Started, Unknown
from shared.failures import Failure
from shared.recordings import Recording
from shared.rtc.push_addresses import WITHOUT_KEYS


def details_of(recording: Recording, attempt: Attempt | None) -> Reply:
    """Return the reply about one recording. `attempt` has RTC's answer to its start."""
    headline = f"{stream(recording.request)} · {recording.state}"
    row = [*stop_controls(stoppable([recording])), *([again([recording])] if recording.is_over else [])]
    return reply(
        Audience.ASKER,
        [headline],
        [settings(recording.request)],
        *_history(recording),
        *([Controls(row)] if row else []),
        details=[(caption, text) for caption, text in _answers(recording, attempt) if text],
    )


def details_of_which(recordings: Sequence[Recording]) -> Reply:
    """Return the question which of several is meant."""
    options = [(plain(stream(it.request), 75), it.id) for it in recordings]
    return reply(Audience.ASKER, ["Details of which one?"], Controls([Menu("Choose…", ControlName.DETAILS, options)]))


def _history(recording: Recording) -> list[Line]:
    """Return what happened to it; of what isn't over, also how old that is."""
    if recording.is_over:
        return steps_of(recording)
    known = joined(_at("last confirmed by RTC at ", recording.checked_at), _at("held until ", recording.held_until))
    return [*steps_of(recording), *([known] if known else [])]


def _at(what: str, moment: datetime | None) -> Line | None:
    return None if moment is None else [what, day_time(moment)]


def _answers(recording: Recording, attempt: Attempt | None) -> list[tuple[str, str]]:
    """Return RTC's answers as captions and texts: about the job, and to the start."""
    outcome = None if attempt is None else attempt.outcome
    answered = outcome.job if isinstance(outcome, Started) else None
    said: dict[str, object] = {}
    for job in (answered, recording.job):
        said |= {} if job is None else job.model_dump(mode="json", exclude_none=True, context=dict(WITHOUT_KEYS))
    fields = "\n".join(f"{name}: {value}" for name, value in said.items())
    failed = [outcome.failure] if isinstance(outcome, NotStarted | Unknown) else []
    failures = [*(failed or []), None if attempt is None else attempt.last_failure]
    start = [f"request {outcome.request_id}"] if isinstance(outcome, Started) and outcome.request_id else []
    start += [_failure(it) for it in failures if it is not None]
    calls = f"calls: {attempt.calls}" if attempt is not None else ""
    return [("What RTC says of the job", fields), ("The start", "\n".join([*start, *([calls] if calls else [])]))]


def _failure(failure: Failure) -> str:
    facts = (failure.kind, failure.status and f"HTTP {failure.status}", failure.error_code, failure.error_msg)
    request = failure.request_id and f"request {failure.request_id}"
    return " · ".join(str(it) for it in (*facts, request) if it)
