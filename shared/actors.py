"""Who asks for something: a person in Slack, a caller of the webhook, or recordbot itself."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Actor(BaseModel):
    """Who asks. `id` is a Slack user id or a caller's name. Only `kind` says which, never the form of the id.

    An operator acts with `python -m ops`. Somebody forgotten has a made-up id in the place of the Slack user id.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kind: Literal["slack_user", "webhook_caller", "system", "operator", "forgotten"]
    id: str


CLOCK = Actor(kind="system", id="clock")
"""recordbot itself, when the time that a recording was given is over."""
RTC = Actor(kind="system", id="rtc")
"""RTC, when it calls back."""


class Through(StrEnum):
    """Through what something was asked or done."""

    COMMAND = "command"
    CLICK = "click"
    FORM = "form"
    WEBHOOK = "webhook"
    PLAN = "plan"
    """A plan's time has come."""
    CHECK = "check"
    """recordbot has looked at a recording."""
    CALLBACK = "callback"
    """RTC has called back."""
    OPS = "ops"
