"""Who asks for something: a person in Slack, a caller of the webhook, or recordbot itself."""

from enum import StrEnum
from typing import Literal

from shared.stored import Stored


class Actor(Stored):
    """Who asks. `id` is a Slack user id or a caller's name. Only `kind` says which, never the form of the id.

    An operator acts with `python -m ops`. Somebody forgotten has a made-up id in the place of the Slack user id.
    """

    kind: Literal["slack_user", "webhook_caller", "system", "operator", "forgotten"]
    id: str

    @property
    def is_person(self) -> bool:
        """Return whether a person in Slack asks."""
        return self.kind == "slack_user"


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
