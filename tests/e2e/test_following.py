"""What people read and ask while recordings run, through HTTP, queue, table and processes."""

import pytest

from local.slack.chat import ANN, ANN_AND_BEN, BEN, CLASS_RECORDINGS, GENERAL, Channel, Person
from shared.recordings import RecordingState
from tests.e2e.conftest import Deployment, eventually
from tests.e2e.minutes import recordings


def stops(bot: Deployment) -> int:
    """How many stops of this test's jobs RTC accepted."""
    jobs = {job.job_id for job in bot.jobs()}
    calls = [call for call in bot.rtc.calls() if call.operation == "stop" and call.verdict == "accepted"]
    return sum(call.request.path.rpartition("/")[2] in jobs for call in calls)


@pytest.mark.drill
def test_two_who_stop_at_once_get_one_stop_and_two_right_answers(bot: Deployment) -> None:
    """RTC stops it once; one reads that it is stopped, the other by whom, and the message has one of them."""
    bot.type("ROOM user001")
    bot.read("🔴 Recording user001")
    (job,) = bot.jobs()
    for person in (ANN, BEN):
        bot.type(f"stop {job.job_id} yes", person)
    bot.read("⏹️ Recorded user001", "stopped by @")
    for person in (ANN, BEN):
        bot.read("⏹️", "stopped", person=person)
    assert stops(bot) == 1


@pytest.mark.drill
def test_an_end_that_nobody_told_us_of_is_found_by_a_status(bot: Deployment) -> None:
    """The room is idle for five seconds: who asks reads it at once, and the message is true from then on."""
    bot.type("ROOM user001 idle=5s")
    bot.read("🔴 Recording user001")
    bot.rtc.leave(bot.room)
    eventually(lambda: [job.state for job in bot.jobs()] == ["STOPPED"])
    bot.type("status ROOM")
    bot.read("⏹️ Recorded user001", "was idle for 5 s", person=BEN)


def test_a_list_has_three_channels_and_two_people(bot: Deployment) -> None:
    """What was asked for in a direct message is there for who asked, and in it; others don't read of it."""
    for user, person, channel in (
        ("user001", ANN, CLASS_RECORDINGS),
        ("user002", BEN, GENERAL),
        ("user003", BEN, ANN_AND_BEN),
    ):
        bot.type(f"ROOM {user}", person, channel)
    eventually(lambda: [it.state for it in recordings(bot)] == [RecordingState.RECORDING] * 3)

    def listed(text: str, person: Person, channel: Channel) -> set[str]:
        bot.type(text, person, channel)
        rows = bot.slack.chat.as_text(bot.seen(person, channel)[-1]).splitlines()
        return {user for user in ("user001", "user002", "user003") for row in rows if bot.room in row and user in row}

    assert listed("list", ANN, CLASS_RECORDINGS) == {"user001"}
    assert listed("list mine", BEN, GENERAL) == {"user002", "user003"}
    assert listed("list all", ANN, CLASS_RECORDINGS) == {"user001", "user002"}
    assert listed("list", ANN, ANN_AND_BEN) == {"user003"}


def test_the_status_of_what_does_not_exist_says_so(bot: Deployment) -> None:
    """And where what runs is listed."""
    bot.type("status ROOM")
    assert "/record list all" in bot.read("recordbot knows no recording: room or job", bot.room)
