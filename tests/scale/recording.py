"""Plays one recording from its command to its file, an hour of it, and counts what AWS bills."""

from datetime import timedelta
from functools import cache

from tests.scale.play import STREAM, Counts, Play, playing

CHECKS = "an hour of checks"
HOUR = 60
"""Minutes that the recording lasts."""


@cache
def by_a_person() -> Counts:
    """Count a recording that ann starts and stops in Slack."""
    with playing() as play:
        with play.part("the command, at Slack's door"):
            play.type(f"room {STREAM['room_id']} {STREAM['user_id']} hd")
        _follow(play)
        with play.part("the stop, at Slack's door"):
            play.type(f"stop room {STREAM['room_id']} {STREAM['user_id']}")
        _end(play)
        return play.counts


@cache
def by_a_caller() -> Counts:
    """Count a recording that another system starts and stops, and whose outcome it reads itself."""
    with playing() as play:
        with play.part("the event, at the webhook"):
            play.send("recording.start", "evt_1")
        _follow(play)
        with play.part("the stop, at the webhook"):
            play.send("recording.stop", "evt_2")
        _end(play)
        return play.counts


def _follow(play: Play) -> None:
    with play.part("the start"):
        play.work(most=1)
    with play.part("its first checks"):
        play.world.clock.tick(2)
        play.work()
    with play.part("RTC's callbacks, at the webhook"):
        play.call_back()
    with play.part("RTC's callbacks"):
        play.work()
    with play.part(CHECKS):
        play.tick(HOUR)


def _end(play: Play) -> None:
    with play.part("the stop"):
        play.work()
    play.world.clock.tick(2)
    with play.part("RTC's callbacks, at the webhook"):
        play.call_back()
    with play.part("RTC's callbacks"):
        play.work()
    with play.part("what is left after the end"):
        play.tick(HOUR // 2)
    assert play.world.ledger.recordings.due(play.world.clock() + timedelta(days=1), 1) == []
