"""Clicks on replies in a thread: the reminder, the news of the end, the news of a file."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.slack.chat import ANN, BEN, Message
from shared.recordings import FilesBy, Recording
from tests.integration.conftest import LONGEST, a_world
from tests.integration.worker.test_clicks import Clicks, labels


@pytest.fixture
def clicks(aws: tuple[DynamoDBClient, SQSClient]) -> Iterator[Clicks]:
    """A bot that RTC calls back. Only with a bot token there are threads."""
    with a_world(aws, bot_token=True, files_by=FilesBy.CALLBACKS) as world:
        world.rtc.call_back("http://door.invalid/rtc/callbacks", "k" * 32)
        yield Clicks(world)


def reply(clicks: Clicks, *words: str) -> Message:
    """The last message with these words."""
    return [it for it in clicks.messages() if all(word in clicks.text(it) for word in words)][-1]


def reminded(clicks: Clicks) -> tuple[Message, Recording]:
    """The reminder of a recording that has run for half of the longest time."""
    order = clicks.world.running()
    half = int(LONGEST.total_seconds() / 60) // 2
    clicks.world.tick(minutes=half - 30, every=30)
    clicks.world.tick(minutes=35)
    reminder = reply(clicks, "has been recorded for 4 h")
    assert labels(reminder) == ["Keep on 1 h", "Stop"]
    return reminder, clicks.world.recording(order)


def test_keep_on_adds_an_hour_once(clicks: Clicks) -> None:
    """The reminder loses its buttons and says who did it. A second click adds no second hour."""
    reminder, before = reminded(clicks)
    after = clicks.done(BEN, reminder, "keep-on")
    assert labels(after) == []
    assert "has been recorded for 4 h" in clicks.text(after)
    assert clicks.text(after).endswith("by @ben")
    (recording,) = clicks.world.ledger.recordings.live()
    assert before.limit is not None
    assert recording.limit is not None
    assert recording.limit.ends_at == before.limit.ends_at + timedelta(hours=1)
    clicks.world.slack.chat.edit(after, reminder.content)  # as ann sees it, who has not loaded it anew
    clicks.done(ANN, clicks.now(reminder), "keep-on")
    (unchanged,) = clicks.world.ledger.recordings.live()
    assert unchanged.limit == recording.limit
    assert reply(clicks, "has changed since that message").only_for == ANN.user_id


def test_stop_on_a_reminder_stops_and_says_who_asked(clicks: Clicks) -> None:
    """The message about the recording shows the end, and the reminder can't be clicked any more."""
    reminder, _ = reminded(clicks)
    after = clicks.done(ANN, reminder, "stop")
    assert labels(after) == []
    assert clicks.text(after).endswith("by @ann")
    assert "stopped by @ann" in clicks.text(reply(clicks, "⏹️ Recorded user001"))
    assert not clicks.world.ledger.recordings.live()


def test_record_again_on_the_news_of_an_end(clicks: Clicks) -> None:
    """What RTC ended by an error is started anew by one click."""
    clicks.world.running()
    clicks.world.rtc.fail("1")
    clicks.world.tick(minutes=10)
    news = reply(clicks, "is over")
    assert labels(news) == ["Record again", "Details"]
    assert labels(clicks.done(ANN, news, "again")) == []
    assert clicks.world.starts() == 2


def test_get_link_gives_links_to_who_clicks(clicks: Clicks) -> None:
    """Others may get theirs: the news of the file keeps its buttons. A link itself is only acknowledged."""
    clicks.world.running()
    clicks.world.clock.tick(60)
    clicks.world.client.stop("1")
    clicks.world.clock.tick(2)
    clicks.world.call_back()
    clicks.world.tick(minutes=2)
    news = reply(clicks, "🎬")
    assert labels(news) == ["Get link", "Details"]
    for person in (ANN, BEN):
        assert labels(clicks.done(person, news, "files")) == ["Get link", "Details"]
        given = [it for it in clicks.messages(person) if it.only_for == person.user_id][-1]
        (name,) = labels(given)
        assert name.endswith(".mp4")
        assert clicks.click(person, given, "link") == []
