"""Who asks, and where the answer goes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

type SlackText = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,2000}$")]
"""Plain characters: SQS takes no message with some of the others, and Slack's ids and addresses have none."""

_NOT_PUBLIC = frozenset({"privategroup", "directmessage"})
"""What Slack says instead of the name of a channel that isn't public."""


class Said(BaseModel):
    """A part of what Slack says. What isn't needed of it is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Somebody(Said):
    """Who asks, perhaps in no channel."""

    user_id: SlackText
    is_foreign: bool = False
    """Whether the person belongs to another organisation, which shares the channel."""


class Asker(Somebody):
    """Who asks in a channel, and where the answer goes."""

    channel_id: SlackText
    response_url: Annotated[SlackText, Field(repr=False)]
    channel_name: str = ""

    @property
    def is_public(self) -> bool:
        """Return whether the channel is public. Of others Slack doesn't say the name, but what they are."""
        is_other = self.channel_name in _NOT_PUBLIC or self.channel_name.startswith("mpdm-")
        return self.channel_id.startswith("C") and bool(self.channel_name) and not is_other
