"""From a start to its file, and what keeps from it: through HTTP, queue, table, processes, RTC's callbacks and bucket.

Minutes pass by putting times back in the table (tests/e2e/minutes.py).
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from docs.event_schemas import FOLDER
from local.http_message import Headers, Request
from local.rtc.api import RtcApi
from local.rtc.callbacks import Manner
from local.rtc.faults import Fault
from local.rtc.files import SAMPLE
from local.slack.chat import ANN, ANN_AND_BOT, BEN, Channel, Person
from shared.events import EventType
from shared.recordings import End, RecordingState
from shared.signed_address import LIFETIME
from tests.callback_requests import callback_headers
from tests.e2e.conftest import Deployment, deployed, eventually, new_room
from tests.e2e.minutes import in_minutes, pass_minutes, recordings
from tests.leftovers import clear
from tests.webhook_sender import request

MADE = Fault(status=502, made=True)
"""RTC makes the job, and does not say so."""
LOST = Fault(status=502)
"""RTC makes no job, and nobody knows."""
REFUSED = Fault(status=400, error_code="RTC.00001007")
"""RTC makes no job, and says why."""


class _Clock:
    """The time of RTC and OBS."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(name="clock", scope="module")
def _clock() -> _Clock:
    return _Clock()


@pytest.fixture(name="system", scope="module")
def _system(clock: _Clock) -> Iterator[Deployment]:
    """A system that RTC calls back, that lists the bucket and sends events."""
    yield from deployed([], rtc=RtcApi(calls_per_second=None, clock=clock), files=True)


@pytest.fixture(name="bot")
def _bot(system: Deployment, clock: _Clock) -> Iterator[Deployment]:
    """The system with a room of one's own. Afterwards all behaves again."""
    bot = replace(system, room=new_room())
    url, key = bot.rtc.callback_setting()
    names = bot.rtc.name_of_files()
    yield bot
    clock.ahead = timedelta(0)
    bot.rtc.behave()
    bot.rtc.name_files(names)
    bot.rtc.call_back(url, key)
    bot.system.stack.behave()
    bot.slack.behave()
    clear(bot.system)


@pytest.fixture(name="lectures")
def _lectures(bot: Deployment) -> Channel:
    """A channel of this test's own."""
    return bot.new_channel()


def record(bot: Deployment, channel: Channel) -> str:
    """Start a recording that runs, and return its job's id."""
    bot.type("ROOM user001", channel=channel)
    bot.read("🔴 Recording user001", channel=channel)
    (job,) = bot.jobs()
    return job.job_id


def told(bot: Deployment, channel: Channel, *marks: str) -> list[str]:
    """What was said of files in the channel so far, each message's first line."""
    texts = [bot.slack.chat.as_text(it) for it in bot.slack.chat.messages(channel) if not it.only_for]
    return [text.partition("\n")[0] for text in texts if text.startswith(marks or ("🎬", "⛔"))]


def stop(bot: Deployment, channel: Channel) -> None:
    """Stop it by a command."""
    bot.type("stop ROOM user001", channel=channel)
    bot.read("⏹️ Recorded user001", channel=channel)


def later(bot: Deployment, channel: Channel, minutes: int, *marks: str) -> list[str]:
    """What is said of files, or begins with one of the marks, when minutes have passed."""
    pass_minutes(bot, minutes)
    in_minutes(bot, lambda: told(bot, channel, *marks), minutes=minutes)
    return told(bot, channel, *marks)


def is_done(bot: Deployment) -> bool:
    """Whether nothing is due about this test's recordings any more."""
    return all(it.due_at is None for it in recordings(bot))


def without_callbacks(bot: Deployment) -> None:
    """Let RTC call back nowhere."""
    bot.rtc.call_back("", "")


def say(bot: Deployment, event_type: str, job_id: str, *, key: str = "", off: float = 0, **more: Any) -> int:
    """Post a callback about the job as RTC does, or forged or old; the status that it gets."""
    url, own_key = bot.rtc.callback_setting()
    said = {
        "event_type": event_type,
        "job_id": job_id,
        "app_id": bot.rtc.credentials.app_id,
        "room_id": bot.room,
        "stream_name": f"s_{job_id}_{bot.room}_user001",
        **more,
    }
    body = json.dumps(said).encode()
    headers = callback_headers(body, key=key or own_key, now=time.time() + off)
    return request("POST", url or bot.system.stack.endpoint + "/rtc/callbacks", body, headers).status_code


def a_file(name: str) -> dict[str, Any]:
    """What RTC says of a complete file with this name."""
    return {"obs_bucket": "recordings", "obs_object": f"a/{name}", "file_size": 812_000_000, "record_duration": 5040}


def on_bus(bot: Deployment) -> list[Mapping[str, Any]]:
    """The events about this test's recordings on the event bus, in the order of their making, each once."""
    subjects = {it.id for it in recordings(bot)}
    events = {it["id"]: it for it in list(bot.events) if it["subject"] in subjects}
    return sorted(events.values(), key=lambda it: (it["subject"], int(it["id"].rpartition("-")[2])))


def kinds(bot: Deployment) -> list[str]:
    """What happened to this test's recordings, by the events on the event bus."""
    return [it["type"].removeprefix("recording.") for it in on_bus(bot)]


def test_from_a_start_to_its_file_by_callback(bot: Deployment, lectures: Channel) -> None:
    """No minute passes: the thread has the file, once, and the event bus has each event."""
    record(bot, lectures)
    stop(bot, lectures)
    bot.read("🎬", f"_{bot.room}_user001_", "in bucket recordings", channel=lectures)
    eventually(lambda: kinds(bot) == ["started", "running", "ended", "file"])
    assert len(told(bot, lectures)) == 1


@pytest.mark.drill
def test_each_kind_of_event_is_on_the_bus_and_valid(bot: Deployment, lectures: Channel) -> None:
    """A rule delivers them to a queue, as to any other system; each has the form of its published schema."""
    record(bot, lectures)
    unknown(bot, lectures, LOST, "user002")
    bot.rtc.misbehave(REFUSED, operation="start")
    bot.type("ROOM user003", channel=lectures)
    stop(bot, lectures)
    in_minutes(bot, lambda: {f"recording.{it}" for it in kinds(bot)} == set(EventType))
    for event in on_bus(bot):
        schema = json.loads((FOLDER / f"{event['type']}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(event)


@pytest.mark.drill
def test_from_a_start_to_its_file_by_polling_alone(bot: Deployment, lectures: Channel) -> None:
    """RTC never calls back: the bucket has the file a minute later."""
    without_callbacks(bot)
    record(bot, lectures)
    stop(bot, lectures)
    eventually(lambda: [it for it in bot.rtc.files() if it.job.parameters.room_id == bot.room])
    assert told(bot, lectures) == []
    pass_minutes(bot, 2)
    in_minutes(bot, lambda: [len(it.files) for it in recordings(bot)] == [1])
    later(bot, lectures, 2)
    in_minutes(bot, lambda: is_done(bot))
    assert len(told(bot, lectures)) == 1


@pytest.mark.drill
def test_no_file_is_told_and_corrected_by_one_that_comes(bot: Deployment, lectures: Channel) -> None:
    """Ten minutes after the end, to who started it; the file that RTC names an hour later is told as well."""
    bot.rtc.lose_files(None)  # another test's job may end first
    job_id = record(bot, lectures)
    stop(bot, lectures)
    eventually(lambda: any("CLOUD_RECORD_SERVER_OVER" in line for line in _of(bot)))
    assert later(bot, lectures, 11) == [f"⛔ @ann, RTC stored no file of user001 in room {bot.room}."]
    assert say(bot, "RECORD_FILE_COMPLETE", job_id, **a_file("late.mp4")) == 200
    in_minutes(bot, lambda: told(bot, lectures, "🎬"))  # what a time put back lets be posted twice is no news
    assert told(bot, lectures, "🎬")[0].startswith("🎬 late.mp4 · 1 h 24 min · 812 MB")
    bot.read("⏹️ Recorded user001", "1 file", channel=lectures)


@pytest.mark.drill
@pytest.mark.parametrize(
    "manner",
    [Manner(times=2), Manner(late=timedelta(seconds=2)), Manner(is_signed=False)],
    ids=["twice", "late", "unsigned"],
)
def test_callbacks_that_misbehave_tell_the_file_once(bot: Deployment, lectures: Channel, manner: Manner) -> None:
    """Twice is once, late is late, and what is unsigned is refused: then the bucket says it."""
    bot.rtc.call_back_so(manner)
    record(bot, lectures)
    stop(bot, lectures)
    later(bot, lectures, 2)
    in_minutes(bot, lambda: is_done(bot))
    assert len(told(bot, lectures)) == 1
    (recording,) = recordings(bot)
    assert len(recording.files) == 1
    eventually(lambda: kinds(bot) == ["started", "running", "ended", "file"])


@pytest.mark.drill
def test_callbacks_in_any_order_come_to_the_same(bot: Deployment, lectures: Channel) -> None:
    """The end while it still runs, then a file, then its beginning; only RTC's own answer ends the recording."""
    without_callbacks(bot)
    url, key = bot.system.stack.endpoint + "/rtc/callbacks", _key(bot)
    job_id = record(bot, lectures)
    bot.rtc.call_back(url, key)
    assert say(bot, "CLOUD_RECORD_OVER", job_id) == 200
    assert say(bot, "RECORD_FILE_COMPLETE", job_id, **a_file("one.mp4")) == 200
    assert say(bot, "RECORD_NEW_FILE_START", job_id) == 200
    eventually(lambda: [len(it.files) for it in recordings(bot)] == [1])
    assert [it.state for it in recordings(bot)] == [RecordingState.RECORDING]
    stop(bot, lectures)
    later(bot, lectures, 2)
    assert [it.end for it in recordings(bot)] == [End.STOPPED]


def _key(bot: Deployment) -> str:
    """The key that this deployment accepts."""
    stack = bot.system.stack
    access = stack.aws_access()
    session = boto3.Session(access["access_key"], access["secret_key"], region_name=access["region"])
    secrets = session.client("secretsmanager", endpoint_url=access["endpoint"])
    (found,) = [it for it in secrets.list_secrets()["SecretList"] if "WebhookSecret" in it["Name"]]
    content = json.loads(secrets.get_secret_value(SecretId=found["ARN"])["SecretString"])
    return str(content["callback_keys"][0])


def test_what_is_forged_or_old_is_refused_and_changes_nothing(bot: Deployment, lectures: Channel) -> None:
    """Another key, no signature, or one of ten minutes ago: 401. What nobody's job is about is taken and dropped."""
    job_id = record(bot, lectures)
    file = a_file("forged.mp4")
    assert say(bot, "RECORD_FILE_COMPLETE", job_id, key="x" * 40, **file) == 401
    assert say(bot, "RECORD_FILE_COMPLETE", job_id, off=-600, **file) == 401
    assert request("POST", bot.rtc.callback_setting()[0], json.dumps(file).encode()).status_code == 401
    assert say(bot, "RECORD_FILE_COMPLETE", "of-nobody", **file) == 200
    eventually(lambda: any("does not know" in line and "of-nobody" in line for line in bot.logs))
    assert [it.files for it in recordings(bot)] == [()]


@pytest.mark.drill
def test_a_callback_before_the_start_s_own_answer_is_harmless(bot: Deployment, lectures: Channel) -> None:
    """RTC calls back while it still answers the start: one job, one recording, one message."""
    bot.rtc.misbehave(Fault(delay=3, made=True), operation="start")
    bot.type("ROOM user001", channel=lectures)
    eventually(lambda: any("RECORD_NEW_FILE_START" in line and "called_back" in line for line in _of(bot)))
    bot.read("🔴 Recording user001", channel=lectures)
    eventually(lambda: bot.kinds() == ["started"])
    assert (bot.starts(), len(bot.jobs()), len(recordings(bot))) == (1, 1, 1)
    assert len(told(bot, lectures, "🔴")) == 1


def _of(bot: Deployment) -> list[str]:
    """The log's lines about this test's jobs."""
    ids = [f'"{job.job_id}"' for job in bot.jobs()]
    return [line for line in bot.logs if any(job_id in line for job_id in ids)]


def unknown(bot: Deployment, channel: Channel, fault: Fault, user: str = "user001") -> None:
    """A start of which RTC says nothing that can be used."""
    bot.rtc.misbehave(fault, operation="start")
    bot.type(f"ROOM {user}", channel=channel)
    bot.read("❓", "may or may not be recording", channel=channel)


@pytest.mark.drill
def test_an_unknown_start_is_adopted_by_a_callback(bot: Deployment, lectures: Channel) -> None:
    """Its stream's name has the job's id: the message becomes true, and it leads to its file."""
    without_callbacks(bot)
    unknown(bot, lectures, MADE)
    bot.rtc.call_back(bot.system.stack.endpoint + "/rtc/callbacks", _key(bot))
    assert say(bot, "RECORD_NEW_FILE_START", bot.jobs()[0].job_id) == 200
    bot.read("🔴 Recording user001", channel=lectures)
    stop(bot, lectures)
    bot.read("🎬", f"_{bot.room}_user001_", channel=lectures)
    eventually(lambda: kinds(bot)[:3] == ["unknown", "started", "running"])
    assert bot.starts() == 1


@pytest.mark.drill
def test_an_unknown_start_is_adopted_by_its_file(bot: Deployment, lectures: Channel) -> None:
    """RTC never calls back, and the bucket has a file of such a name."""
    without_callbacks(bot)
    unknown(bot, lectures, MADE)
    (job,) = bot.jobs()
    eventually(lambda: bot.jobs()[0].state == "RUNNING")
    bot.rtc.fail(job.job_id)
    eventually(lambda: [it for it in bot.rtc.files() if it.job.job_id == job.job_id])
    later(bot, lectures, 2, "⏹️ Recorded user001")
    later(bot, lectures, 2)
    assert [it.job_id for it in recordings(bot)] == [job.job_id]


@pytest.mark.drill
def test_an_unknown_start_that_nothing_names_seems_not_to_have_started(bot: Deployment, lectures: Channel) -> None:
    """When its hold is over; the person who asked reads that."""
    unknown(bot, lectures, LOST)
    assert "seems not to have been recorded" in later(bot, lectures, 16, "❓ @ann")[0]
    assert [it.end for it in recordings(bot)] == [End.RELEASED]


@pytest.mark.drill
def test_what_fits_two_unknown_starts_resolves_neither(bot: Deployment, lectures: Channel) -> None:
    """Camera and screen of a user have streams of the same name."""
    without_callbacks(bot)
    unknown(bot, lectures, MADE)
    bot.rtc.misbehave(LOST, operation="start")
    bot.type("ROOM user001 screen", channel=lectures)
    eventually(lambda: bot.kinds() == ["unknown", "unknown"])
    bot.rtc.call_back(bot.system.stack.endpoint + "/rtc/callbacks", _key(bot))
    job_id = bot.jobs()[0].job_id
    assert say(bot, "RECORD_NEW_FILE_START", job_id) == 200
    eventually(lambda: any("no single start of unknown outcome fits" in line for line in _of(bot)))
    assert bot.kinds() == ["unknown", "unknown"]


def link(bot: Deployment, job_id: str, channel: Channel, person: Person = ANN) -> str:
    """The address that somebody gets who asks for the file of a job."""
    bot.type(f"file {job_id}", person, channel)
    seen: list[str] = []

    def look() -> list[str]:
        for message in bot.slack.chat.messages(channel, person):
            if message.only_for == person.user_id:
                seen.extend(re.findall(r'"url": "([^"]+)"', json.dumps(message.content.blocks_document())))
        return seen

    return str(eventually(look)[-1])


def opened(bot: Deployment, address: str) -> tuple[int, object]:
    """Status and body that OBS answers to the address."""
    parts = urlsplit(address)
    found = bot.rtc.read_object(Request("GET", f"{parts.path}?{parts.query}", Headers((("Host", parts.netloc),))))
    assert found is not None
    return found.status, found.body


@pytest.mark.drill
def test_a_link_opens_a_file_of_any_name_for_ten_minutes(bot: Deployment, lectures: Channel, clock: _Clock) -> None:
    """Spaces, %, +, ? and Chinese in its name; afterwards OBS refuses it. No log line and no item has the address."""
    bot.rtc.name_files("{folder}{stream} 100% a+b? 课程_{start}.mp4")
    job_id = record(bot, lectures)
    stop(bot, lectures)
    bot.read("🎬", "100% a+b? 课程", channel=lectures)
    address = link(bot, job_id, lectures)
    assert opened(bot, address) == (200, SAMPLE)
    clock.ahead = LIFETIME + timedelta(seconds=5)
    assert opened(bot, address)[0] == 403
    (signature,) = re.findall(r"Signature=([^&]+)", address)
    assert not [line for line in bot.logs if signature in line]
    assert not [it for it in bot.items() if signature in json.dumps(it)]


@pytest.mark.drill
def test_who_may_not_see_a_recording_gets_no_link(bot: Deployment) -> None:
    """It was asked for in a direct message: the answer to anybody else has no address."""
    bot.type("ROOM user001", channel=ANN_AND_BOT)
    bot.read("🔴 Recording user001", channel=ANN_AND_BOT)
    (job,) = bot.jobs()
    stop(bot, ANN_AND_BOT)
    bot.read("🎬", bot.room, channel=ANN_AND_BOT)
    channel = bot.new_channel()
    bot.type(f"file {job.job_id}", BEN, channel)
    eventually(lambda: bot.slack.chat.messages(channel, BEN))
    answers = json.dumps([it.content.blocks_document() for it in bot.slack.chat.messages(channel, BEN)])
    assert "Signature" not in answers
    assert bot.room not in answers
    assert f"knows no recording: room or job {job.job_id}" in answers
