"""Who asks for something: a person in Slack, a caller of the webhook, or recordbot itself."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Actor(BaseModel):
    """Who asks. `id` is a Slack user id or a caller's name. Only `kind` says which, never the form of the id."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kind: Literal["slack_user", "webhook_caller", "system"]
    id: str


CLOCK = Actor(kind="system", id="clock")
"""recordbot itself, when the time that a recording was given is over."""
RTC = Actor(kind="system", id="rtc")
"""RTC, when it calls back."""
