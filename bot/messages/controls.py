"""The buttons and menus of a message, as data. What a click says about itself is the control's name and a value.

A value carries ids, never a right: the rights are those of the person who clicks.
Slack's limits: https://docs.slack.dev/reference/block-kit/block-elements/button-element/
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

type Element = dict[str, Any]

MOST_VALUE = 2000
"""The most characters of a button's value. A button with a longer one is left out: a cut value is another one."""
SURE = "yes"
"""The first word of a value that answers a question. Ids follow it."""
_MOST_LABEL = 75
_MOST_OPTION_VALUE = 150
_MOST_OPTIONS = 100
_MOST_IN_A_ROW = 25
_NUMBER = re.compile(r"-[0-9]{1,3}$")


class ControlName(StrEnum):
    """What a click on the control asks. It begins the action_id; each has its interaction in bot/interactions/."""

    STOP = "stop"
    DETAILS = "details"
    AGAIN = "again"
    RELEASE = "release"
    KEEP_ON = "keep-on"
    RUN = "run"
    FILES = "files"
    GIVE_UP = "give-up"
    FORM = "form"
    """A button that opens the form, which only the door can do."""
    LINK = "link"
    """A button with an address, which Slack itself opens."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The dialog that Slack shows before it sends the click."""

    title: str
    text: str
    yes: str
    no: str = "Cancel"

    def element(self) -> Element:
        """Return it as Slack reads it."""
        return {
            "title": _text(self.title, 100),
            "text": _text(self.text, 300),
            "confirm": _text(self.yes, 30),
            "deny": _text(self.no, 30),
        }


@dataclass(frozen=True, slots=True)
class Button:
    """A button. `about` says to screen readers what the label leaves out, such as whose recording stops."""

    label: str
    name: ControlName
    value: str = ""
    about: str = ""
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None
    url: str | None = None

    @property
    def is_sendable(self) -> bool:
        """Return whether Slack takes it."""
        return len(self.value) <= MOST_VALUE

    def element(self, action_id: str) -> Element:
        """Return it as Slack reads it."""
        optional = {
            "value": self.value,
            "url": self.url,
            "style": self.style,
            "accessibility_label": f"{self.label} {self.about}"[:_MOST_LABEL] if self.about else None,
            "confirm": self.confirm and self.confirm.element(),
        }
        text = _text(self.label, _MOST_LABEL)
        return {"type": "button", "text": text, "action_id": action_id} | {k: v for k, v in optional.items() if v}


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu. Its options are texts with values; to choose one is a click with that value."""

    label: str
    name: ControlName
    options: Sequence[tuple[str, str]]
    confirm: Confirm | None = None

    @property
    def is_sendable(self) -> bool:
        """Return whether Slack takes it."""
        return bool(self._options)

    @property
    def _options(self) -> Sequence[tuple[str, str]]:
        return [(text, value) for text, value in self.options if 0 < len(value) <= _MOST_OPTION_VALUE][:_MOST_OPTIONS]

    def element(self, action_id: str) -> Element:
        """Return it as Slack reads it."""
        options = [{"text": _text(text, _MOST_LABEL), "value": value} for text, value in self._options]
        shown = {"type": "static_select", "placeholder": _text(self.label, 150), "options": options}
        confirm = {} if self.confirm is None else {"confirm": self.confirm.element()}
        return {**shown, "action_id": action_id, **confirm}


@dataclass(frozen=True, slots=True)
class Controls:
    """Buttons and menus that stand in a row below the lines before them."""

    row: Sequence[Button | Menu]


def blocks_of(rows: Sequence[Controls]) -> list[Element | None]:
    """Return the block of each row, None for an empty one. In a message no action_id stands twice."""
    used = Counter[ControlName]()
    blocks: list[Element | None] = []
    for controls in rows:
        elements = []
        for control in [it for it in controls.row if it.is_sendable][:_MOST_IN_A_ROW]:
            used[control.name] += 1
            n = used[control.name]
            elements.append(control.element(control.name.value if n == 1 else f"{control.name}-{n}"))
        blocks.append({"type": "actions", "elements": elements} if elements else None)
    return blocks


def name_of(action_id: str) -> str:
    """Return what the click on a control with this action_id asks: the id without its number in the message."""
    return _NUMBER.sub("", action_id)


def _text(text: str, most: int) -> Element:
    shown = text if len(text) <= most else f"{text[: most - 1]}…"
    return {"type": "plain_text", "text": shown or "?", "emoji": False}
