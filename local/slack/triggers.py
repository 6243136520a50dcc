"""Trigger ids: an app gets one with each thing that a person does, and may open a view with it within three seconds."""

from collections.abc import Callable
from dataclasses import dataclass

from local.slack.payloads import new_trigger_id
from local.slack.refusal import Refused

LIFETIME_S = 3.0


@dataclass(slots=True)
class Trigger:
    """What a trigger id stands for: who did something, where, and in which view, if in one."""

    user_id: str
    channel_id: str
    view_id: str
    issued: float
    is_exchanged: bool = False


class Triggers:
    """The trigger ids that were issued. Its users hold the chat's lock."""

    def __init__(self, clock: Callable[[], float], lifetime: float = LIFETIME_S) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._issued: dict[str, Trigger] = {}

    def issue(self, user_id: str, channel_id: str = "", view_id: str = "") -> str:
        """Issue a trigger id."""
        trigger_id = new_trigger_id()
        self._issued[trigger_id] = Trigger(user_id, channel_id, view_id, self._clock())
        return trigger_id

    def exchange(self, trigger_id: object) -> Trigger:
        """Return what the trigger id stands for, once.

        Raises Refused: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id.
        """
        trigger = self._issued.get(trigger_id) if isinstance(trigger_id, str) else None
        if trigger is None:
            raise Refused("invalid_trigger_id", f"no trigger_id {trigger_id!r} was issued")
        if trigger.is_exchanged:
            raise Refused("exchanged_trigger_id", "a view was opened with it")
        if self._clock() >= trigger.issued + self._lifetime:
            raise Refused("expired_trigger_id", f"it was issued {self._lifetime:g} seconds ago")
        trigger.is_exchanged = True
        return trigger
