"""Clicks through all real processes: the door answers, and the recorder draws the message that was clicked on."""

from local.slack.chat import ANN, Channel, Message
from tests.e2e.conftest import Deployment, eventually


def _said(bot: Deployment, channel: Channel, *words: str) -> Message:
    """The last message in the channel with these words, once ann can read it."""

    def look() -> list[Message]:
        seen = bot.slack.chat.messages(channel, ANN)
        return [it for it in seen if all(word in bot.slack.chat.as_text(it) for word in words)]

    found: list[Message] = eventually(look)
    return found[-1]


def test_a_slip_is_run_and_what_it_started_is_stopped_by_clicks(bot: Deployment) -> None:
    """The slip becomes the answer to its corrected command, and the message about the recording says who stopped it."""
    channel = bot.new_channel()
    bot.type("ROOM user001 sd idle=2s", channel=channel)
    slip = _said(bot, channel, "1 thing to fix", "[Run it]")
    assert bot.slack.click(ANN, slip, "run").error == ""
    card = _said(bot, channel, "🔴 Recording user001", "[Stop] [Details]")
    (replaced,) = [it for it in bot.slack.chat.messages(channel, ANN) if it.ts == slip.ts]
    assert "Asking RTC to record user001" in bot.slack.chat.as_text(replaced)
    assert bot.slack.click(ANN, card, "details").error == ""
    details = _said(bot, channel, "What RTC says of the job", f"room_id: {bot.room}")
    assert details.only_for == ANN.user_id
    assert bot.slack.click(ANN, card, "stop").error == ""
    over = _said(bot, channel, "⏹️ Recorded user001", "stopped by @ann", "[Record again]")
    assert over.ts == card.ts
    assert [job.state for job in bot.jobs()] == ["STOPPED"]
