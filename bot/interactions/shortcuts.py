"""The shortcuts, which open the form. The manifest is made from the list below.

https://docs.slack.dev/interactivity/implementing-shortcuts
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut, of the whole workspace or of each message."""

    callback_id: str
    kind: Literal["global", "message"]
    name: str
    """At most 24 characters."""
    description: str
    """At most 150 characters."""


SHORTCUTS = (
    Shortcut("start", "global", "Start a recording", "Open the form that starts a recording"),
    Shortcut("start_as_said", "message", "Start a recording", "Open the form with what the message says"),
)
