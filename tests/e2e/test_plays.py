"""How recordings end, and what keeps them from it, through HTTP, queue, table and processes.

Minutes pass by putting times back in the table (tests/e2e/minutes.py). tests/integration/worker plays the same in one
process at every write, with a clock that a test sets.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from local.aws.faults import Fault as AwsFault
from local.http_message import Wire
from local.rtc.faults import Fault as RtcFault
from local.slack.chat import BOT, Channel, Message
from local.slack.faults import Fault as SlackFault
from shared.log_events import LogEvent
from shared.recordings import End, RecordingState
from tests.e2e.conftest import Deployment, eventually
from tests.e2e.minutes import age, in_minutes, pass_minutes, recordings

pytestmark = pytest.mark.drill

AWAY = RtcFault(status=503)
SILENT = {"delay": 3, "wire": Wire.NOTHING}
LONG = timedelta(hours=1)


@pytest.fixture(name="lectures")
def _lectures(bot: Deployment) -> Channel:
    """A channel of this test's own."""
    return bot.new_channel()


def texts(bot: Deployment, channel: Channel) -> list[str]:
    """All that was posted to the channel, replies included, the oldest first."""
    return [bot.slack.chat.as_text(it) for it in bot.slack.chat.messages(channel) if not it.only_for]


def told(bot: Deployment, channel: Channel, *needed: str) -> None:
    """Let minutes pass until a message in the channel has all of these words in it."""
    in_minutes(bot, lambda: any(all(words in text for words in needed) for text in texts(bot, channel)))


def nothing_is_due(bot: Deployment) -> bool:
    """Whether nobody has to look after the recordings of this test any more."""
    return all(it.due_at is None for it in recordings(bot))


def ends(bot: Deployment) -> list[End | None]:
    """Why each recording of this test is over; None for one that is not."""
    return [it.end for it in recordings(bot)]


def accepted(bot: Deployment, operation: str) -> int:
    """How many calls about this test's jobs RTC accepted."""
    jobs = {job.job_id for job in bot.jobs()}
    calls = [it for it in bot.rtc.calls() if it.operation == operation and it.verdict == "accepted"]
    return sum(it.request.path.rpartition("/")[2] in jobs for it in calls)


def test_an_idle_end_is_found_by_the_minute(bot: Deployment, lectures: Channel) -> None:
    """The message says how long it was and why it is over; who started it is mentioned, once."""
    bot.type("ROOM user001 idle=5s", channel=lectures)
    bot.read("🔴 Recording user001", channel=lectures)
    bot.rtc.leave(bot.room)
    eventually(lambda: [job.state for job in bot.jobs()] == ["STOPPED"])
    pass_minutes(bot, 1)
    told(bot, lectures, "⏹️ Recorded user001", f"room {bot.room} was idle for 5 s")
    told(bot, lectures, "@ann, the recording of user001", "is over after")
    in_minutes(bot, lambda: nothing_is_due(bot))
    assert len(texts(bot, lectures)) == 2


def test_a_stop_while_rtc_says_init_is_made_as_soon_as_it_runs(bot: Deployment, lectures: Channel) -> None:
    """RTC refuses it with 1022: the message says "Stopping", and then who stopped it."""
    bot.rtc.stay_init(LONG)
    bot.type("ROOM user001", channel=lectures)
    bot.read("🟡 Starting user001", channel=lectures)
    shown: list[str] = []

    def let_it_run(message: Message) -> None:
        if "⏳ Stopping user001" in (text := bot.slack.chat.as_text(message)):
            shown.append(text)
            bot.rtc.behave()

    with bot.slack.chat.listening(let_it_run):
        bot.type("stop ROOM user001", channel=lectures)
        bot.read("⏹️ Recorded user001", "stopped by @ann", channel=lectures)
    assert all("asked for by @ann" in text for text in shown)
    assert shown
    assert ends(bot) == [End.STOPPED]
    assert accepted(bot, "stop") == 1


def test_a_job_that_dies_in_init_is_told_as_failed(bot: Deployment, lectures: Channel) -> None:
    """Nothing ever said that it records; who started it is mentioned, and can start it again by word."""
    bot.rtc.stay_init(LONG)
    bot.type("ROOM user001", channel=lectures)
    bot.read("🟡 Starting user001", channel=lectures)
    (job,) = bot.jobs()
    bot.rtc.fail(job.job_id)
    pass_minutes(bot, 1)
    told(bot, lectures, "⏹️ Recorded user001", "RTC failed")
    told(bot, lectures, "@ann, the recording of user001", f"/record again {job.job_id}")
    assert not any("🔴" in text for text in texts(bot, lectures))
    bot.rtc.behave()
    bot.type(f"again {job.job_id}", channel=lectures)
    bot.read("🔴 Recording user001", channel=lectures)


def shown_in_vain(bot: Deployment) -> Counter[str]:
    """How often RTC was asked for each job of this test and did not answer."""
    asked = [it.request.path.rpartition("/")[2] for it in bot.rtc.calls() if it.operation == "show" and it.fault]
    return Counter({job.job_id: asked.count(job.job_id) for job in bot.jobs()})


def test_rtc_away_for_ten_minutes_loses_no_recording(bot: Deployment, lectures: Channel) -> None:
    """Twenty run: none is lost, stopped or told otherwise, and all are seen again afterwards."""
    for tens in "01":
        bot.type("ROOM " + ",".join(f"user{tens}{n}" for n in range(10)), channel=lectures)
    eventually(lambda: sum(text.count("Recording user") for text in texts(bot, lectures)) == 20)
    before = texts(bot, lectures)
    bot.rtc.misbehave(AWAY, operation="show", times=None)
    for checks, minutes in enumerate((1, 9), 1):
        pass_minutes(bot, minutes)
        in_minutes(bot, lambda checks=checks: min(shown_in_vain(bot).values()) >= checks)  # type: ignore[misc]
    in_minutes(bot, lambda: all(it.unseen_since is not None for it in recordings(bot)))
    bot.rtc.behave()
    pass_minutes(bot, 10)
    in_minutes(bot, lambda: all(it.unseen_since is None for it in recordings(bot)))
    assert {it.state for it in recordings(bot)} == {RecordingState.RECORDING}
    assert [job.state for job in bot.jobs()] == ["RUNNING"] * 20
    assert texts(bot, lectures) == before


def test_a_message_that_was_deleted_keeps_nothing_from_its_end(bot: Deployment, lectures: Channel) -> None:
    """The recording is followed until it is over, a status says so, and then nothing is due."""
    bot.type("ROOM user001", channel=lectures)
    bot.read("🔴 Recording user001", channel=lectures)
    (message,) = [it for it in bot.slack.chat.messages(lectures) if not it.only_for]
    bot.slack.chat.delete(message)
    (job,) = bot.jobs()
    bot.rtc.fail(job.job_id)
    pass_minutes(bot, 1)
    in_minutes(bot, lambda: nothing_is_due(bot))
    assert ends(bot) == [End.RTC_FAILED]
    bot.type(f"status {job.job_id}", channel=lectures)
    bot.read("⏹️ user001", "RTC failed", channel=lectures)


def test_without_the_bot_in_the_channel_the_end_is_found_as_well(bot: Deployment, lectures: Channel) -> None:
    """The response_url said that it runs; a status tells the rest, and then nothing is due."""
    alone = replace(lectures, members=lectures.members - {BOT})
    bot.slack.chat.channels[alone.channel_id] = alone
    bot.type("ROOM user001", channel=alone)
    bot.read("🔴 Recording user001", channel=alone)
    bot.rtc.fail(bot.jobs()[0].job_id)
    pass_minutes(bot, 10)
    in_minutes(bot, lambda: nothing_is_due(bot))
    assert ends(bot) == [End.RTC_FAILED]
    bot.type("status", channel=alone)
    bot.read("⏹️ user001", "RTC failed", channel=alone)


def is_rtcs_answer_to_a_start(line: str) -> bool:
    """Whether the recorder logged that."""
    return LogEvent.RTC_ANSWERED in line and json.loads(line.partition(": ")[2])["operation"] == "start"


def kill_recorder_once(bot: Deployment, is_so: Callable[[], bool]) -> None:
    """Kill the recorder at that moment, let a minute pass, and let its message come back to another one."""
    eventually(is_so)
    bot.kill_recorder()
    age(bot, timedelta(minutes=1))
    for part in (bot.system.stack, bot.slack):
        part.behave()
    bot.hand_back_all()


def test_the_recorder_killed_before_the_ledger_has_rtcs_answer(bot: Deployment, lectures: Channel) -> None:
    """Nobody knows of the job: that is told, with what to type, and the start is not repeated."""
    for operation, holding in (("TransactWriteItems", r"\"state\":\"settled\""), ("SendMessage", "settle")):
        bot.system.stack.misbehave(AwsFault.model_validate(SILENT), operation, holding=holding, times=None)
    seen = len(bot.logs)
    bot.type("ROOM user001", channel=lectures)
    kill_recorder_once(bot, lambda: any(map(is_rtcs_answer_to_a_start, bot.logs[seen:])))
    bot.read("❓ user001", "may or may not be recording", f"/record release room={bot.room}", channel=lectures)
    assert (bot.starts(), len(bot.jobs()), bot.kinds()) == (1, 1, ["unknown"])
    bot.type("release ROOM user001", channel=lectures)
    bot.read("⏹️ Released user001", channel=lectures)
    assert ends(bot) == [End.RELEASED]


def test_the_recorder_killed_before_the_message_is_posted(bot: Deployment, lectures: Channel) -> None:
    """The next one finds the job in the ledger, starts nothing, and posts it."""
    silent = SlackFault.model_validate(SILENT)
    bot.slack.misbehave(silent, method="chat.postMessage", times=None)  # but users.info, for the right to start
    bot.slack.misbehave(silent, door="response_url", times=None)
    bot.type("ROOM user001", channel=lectures)
    kill_recorder_once(bot, lambda: bot.kinds() == ["started"])
    bot.read("🔴 Recording user001", channel=lectures)
    assert (bot.starts(), len(bot.jobs()), bot.kinds()) == (1, 1, ["started"])


@pytest.mark.parametrize(("minutes", "ticks"), [(11, 2), (20, 1)], ids=["two at once", "after ten missed ones"])
def test_each_end_and_start_is_made_once_by(bot: Deployment, lectures: Channel, minutes: int, ticks: int) -> None:
    """A limit stops its recording, and a plan begins and is told to who made it: whatever the schedule did."""
    bot.type("ROOM user001 for=10m", channel=lectures)
    bot.type("ROOM user002 in=10m", channel=lectures)
    bot.read("🔴 Recording user001", channel=lectures)
    bot.read("📅 Planned: user002", channel=lectures)
    pass_minutes(bot, minutes, ticks=ticks)
    told(bot, lectures, "⏹️ Recorded user001", "its time limit was reached")
    told(bot, lectures, "🔴 Recording user002")
    told(bot, lectures, "@ann, the planned recording of user002", "is starting")
    assert [job.state for job in bot.jobs()] == ["STOPPED", "RUNNING"]
    assert (bot.starts(), accepted(bot, "stop")) == (2, 1)
    assert len(texts(bot, lectures)) == 3
