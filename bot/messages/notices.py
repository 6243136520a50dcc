"""News of a recording that needs a person: a reply in the thread of its message, which mentions who started it.

And the notice that is posted in the channel before a recording starts, where a rule of the team demands it.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blocks import Audience, Line, Reply, clock_time, code, joined, person, plain, reply
from bot.messages.controls import Controls
from bot.messages.files import files_there, no_file
from bot.messages.recording_card import NEVER_NAMED, why_over
from bot.messages.recording_controls import again, details, keep_on, stop
from bot.messages.wording import elapsed, stream, streams
from shared.actors import Actor
from shared.recordings import End, Recording, RecordingState, ThreadNotice
from shared.rtc.models import RecordingRequest


def notice_before(by: Actor, requests: Sequence[RecordingRequest], wording: str | None) -> Reply:
    """Return the message that people are recorded from now on, in the words of the team."""
    words: list[Line] = [[plain(wording, 500)]] if wording is not None else []
    return reply(Audience.CHANNEL, [f"⏰ {streams(requests)}: a recording starts now"], *words, ["by ", person(by)])


def notice(kind: ThreadNotice, recording: Recording, command: str, now: datetime) -> Reply:
    """Return the reply. `command` is the slash command's name, for what to type next."""
    asker, who = person(recording.actor), stream(recording.request)
    since = elapsed(recording.duration(now))
    job = recording.job_id or f"{recording.request.room_id} {recording.request.user_id}"
    match kind:
        case ThreadNotice.BEGAN:
            mark, how = ("🔴", "runs") if recording.state is RecordingState.RECORDING else ("🟡", "is starting")
            return reply(Audience.CHANNEL, [f"{mark} ", asker, f", the planned recording of {who} {how}."])
        case ThreadNotice.STUCK:
            headline: Line = ["⏰ ", asker, f", {who} has been starting for {since}: RTC does not record yet."]
            way: Line = [
                "Is the user in the room, with a camera or screen? To stop it: ",
                code(f"{command} stop {job}"),
            ]
            return reply(Audience.CHANNEL, headline, way, Controls([stop(recording), details([recording])]))
        case ThreadNotice.STILL_ON:
            headline = ["⏰ ", asker, f", {who} has been recorded for {since}."]
            ends: Line | None = (
                ["It ends ", clock_time(recording.limit.ends_at)] if recording.limit is not None else None
            )
            keep: Line = ["to extend it: ", code(f"{command} extend {job} 1h")]
            return reply(
                Audience.CHANNEL, headline, joined(ends, keep), Controls([keep_on(recording), stop(recording)])
            )
        case ThreadNotice.FILES:
            return files_there(recording, command)
        case ThreadNotice.NO_FILE:
            return no_file(recording)
        case ThreadNotice.OVER:
            return _over(recording, job, command, now)


def _over(recording: Recording, job: str, command: str, now: datetime) -> Reply:
    asker, who = person(recording.actor), stream(recording.request)
    typed: Line = ["to start it again: ", code(f"{command} again {job}")]
    buttons = Controls([again([recording]), details([recording])])
    if recording.seems_not_started:
        headline: Line = ["❓ ", asker, f", {who} seems not to have been recorded."]
        return reply(Audience.CHANNEL, headline, joined(NEVER_NAMED, typed), buttons)
    failed = recording.end in {End.RTC_FAILED, End.GONE, End.UNSEEN, End.NOT_STARTED}
    after = f" after {elapsed(recording.duration(now))}" if recording.job is not None else ""
    headline = ["⛔ " if failed else "⏹ ", asker, f", the recording of {who} is over{after}."]
    return reply(Audience.CHANNEL, headline, joined(why_over(recording), typed), buttons)
