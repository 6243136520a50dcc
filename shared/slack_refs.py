"""Places in Slack: where an answer goes, and where a message stands."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class _Reference(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ReplyTo(_Reference):
    """Where the answer goes in Slack. The response_url is as good as a password for 30 minutes, and is never shown."""

    channel_id: str
    response_url: Annotated[str | None, Field(repr=False)] = None
    """None where no person typed a command: then only the bot, by its token, can post to the channel."""


class MessageRef(_Reference):
    """A message of chat.postMessage. It can be updated."""

    channel_id: str
    ts: str
