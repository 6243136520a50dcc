"""`/record file`: whose links are made, and what is said where there is nothing to link to."""

import pytest

from bot.messages.blocks import Audience, Reply
from bot.messages.files import files_there, links, size_in_words
from shared.orders import Link
from shared.recorded_files import RecordedFile
from shared.recordings import End, RecordingState
from shared.signed_address import ReadKey
from tests.asked import answered, asked, placed
from tests.block_kit import assert_slack_takes, read
from tests.builders import BEN, NOW
from tests.known_recordings import a_known

FILES = (RecordedFile(bucket="lessons", object="a/b.mp4", size=812_000_000, duration=5040),)
OVER = {"state": RecordingState.ENDED, "end": End.STOPPED, "ended_at": NOW}
MINE = a_known("1", **OVER, files=FILES)
HIDDEN = a_known("4", **OVER, files=FILES, user_id="user004", actor=BEN, channel_id="D1")


@pytest.mark.parametrize("text", ["file 1", "files job=1", "link 1", "file"])
def test_links_are_made_for_what_is_named_or_was_last(text: str) -> None:
    """A recording that is over is found by its job, or as the last one of this person here."""
    placing = placed(text, asked(known=[MINE]))
    assert placing.action == Link(recording=MINE.id)


@pytest.mark.parametrize("text", ["file 9", "file 4", "file job=4", "file room=100"])
def test_what_is_not_known_or_not_theirs_has_no_links(text: str) -> None:
    """Others' direct messages are not known either."""
    assert "recordbot knows no recording" in read(answered(text, asked(known=[HIDDEN])))


def test_without_a_file_the_answer_says_how_it_stands() -> None:
    """The file may still come."""
    text = read(answered("file 1", asked(known=[a_known("1")])))
    assert text.startswith("No file is known yet: job 1\n")


def test_of_several_one_has_to_be_named() -> None:
    """With the words to type."""
    several = [MINE, MINE.model_copy(update={"n": 1, "job": a_known("2").job})]
    assert read(answered("file", asked(known=several))).endswith("Which one? /record file 1")


@pytest.mark.parametrize("count", [1, 2, 10, 40])
def test_any_number_of_files_is_one_that_slack_takes(count: int) -> None:
    """Names of any kind come from RTC."""
    files = [FILES[0].model_copy(update={"object": f"<!channel>*{n}_`\u202e{'x' * 900}.mp4"}) for n in range(count)]
    recording = MINE.model_copy(update={"files": tuple(files)})
    replies = [files_there(recording, "/record"), links(recording, [None] * count)]
    for reply in replies:
        assert_slack_takes(reply)
    with_links = links(recording, ["https://lessons.example.com/a?Signature=secret"] * count)
    assert isinstance(with_links, Reply)
    assert with_links.to is Audience.ASKER
    assert "secret" not in with_links.text
    assert len(with_links.blocks[1]["elements"]) == min(count, 10)


def test_a_file_without_a_link_is_named_with_its_place_and_the_reason() -> None:
    """Beside those that have one: an address may be too long for Slack, or a place unknown."""
    chinese = FILES[0].model_copy(update={"object": "a/" + "课" * 340 + ".mp4"})
    nowhere = FILES[0].model_copy(update={"object": None, "size": 7})
    recording = MINE.model_copy(update={"files": (FILES[0], chinese, nowhere)})
    key = ReadKey("id", "secret", "https://obs.{location}.example.com")
    found = links(recording, [key.address(file, "cn-north-4", NOW) for file in recording.files])
    assert_slack_takes(found)
    assert len(found.blocks[1]["elements"]) == 1
    for words in ("课课", "Slack takes no link of over 3000 characters", "7 B", "did not say where a file is stored"):
        assert words in read(found)
    assert "no key" not in read(found)


@pytest.mark.parametrize(
    ("size", "words"),
    [(None, None), (0, None), (999, "999 B"), (1000, "1 kB"), (81 * 10**7, "810 MB"), (10**13, "10 TB")],
)
def test_a_size_is_said_in_short(size: int | None, words: str | None) -> None:
    """As file managers do."""
    assert size_in_words(size) == words
