"""References to places in Slack: where an answer goes, and a message that can be updated."""

from typing import Annotated

from pydantic import Field

from shared.stored import Stored


class ReplyTo(Stored):
    """Where an answer goes in Slack. The response_url works like a password for 30 minutes, and is never shown."""

    channel_id: str
    response_url: Annotated[str | None, Field(repr=False)] = None
    """None for an order without a command: then only the bot, with its token, can post to the channel."""
    is_public: bool = False
    """Whether the channel is known to be public."""
    clicked: str | None = None
    """The message that was clicked on, by its ts, if others see it too. The response_url can replace it."""
    replaces: bool = False
    """Whether an answer for the asker alone replaces the message that was clicked on, which nobody else sees."""


class MessageRef(Stored):
    """A message that the bot posted. It can be updated."""

    channel_id: str
    ts: str
    """Slack's id of a message in its channel."""
