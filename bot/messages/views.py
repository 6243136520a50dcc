"""Views as data: a modal with fields, a modal that shows a reply, and the home tab.

Slack's limits: https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages.blocks import Reply, plain
from bot.messages.controls import Element

VALUE = "value"
"""The action_id of each field's element. The block_id is the field's name."""
MOST_TEXT = 3000
"""The most characters of what is in a text field, and of private_metadata."""
_MOST_TITLE = 24
_MOST_LABEL = 2000
_MOST_OPTIONS = 100
_MOST_OPTION = 75


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a modal. With `choices` it is a menu of them, else a text of one or several lines."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """Labels with values."""
    is_required: bool = False
    has_lines: bool = False

    def block(self) -> Element:
        """Return it as Slack reads it."""
        return _input(self.name, self.label, self._element(), self.hint, is_required=self.is_required)

    def _element(self) -> Element:
        if not self.choices:
            begun = {"initial_value": self.value} if 0 < len(self.value) <= MOST_TEXT else {}
            return {"type": "plain_text_input", "multiline": self.has_lines, **begun}
        choices = self.choices[:_MOST_OPTIONS]
        options = [{"text": _text(label, _MOST_OPTION), "value": value} for label, value in choices]
        chosen = next((option for option in options if option["value"] == self.value), None)
        return {"type": "static_select", "options": options} | ({"initial_option": chosen} if chosen else {})


@dataclass(frozen=True, slots=True)
class ConversationField:
    """A field for a conversation, to which the submission can be answered."""

    name: str
    label: str
    hint: str = ""
    value: str = ""

    def block(self) -> Element:
        """Return it as Slack reads it."""
        # Without response_url_enabled a submission has no way to answer.
        element = {"type": "conversations_select", "response_url_enabled": True}
        begun = {"initial_conversation": self.value} if self.value else {}
        return _input(self.name, self.label, element | begun, self.hint, is_required=True)


def form(
    callback_id: str, title: str, submit: str, fields: Sequence[Field | ConversationField], metadata: str
) -> Element:
    """Return a modal with these fields. `metadata` comes back with its submission; Slack takes 3,000 characters."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": _text(title, _MOST_TITLE),
        "submit": _text(submit, _MOST_TITLE),
        "close": _text("Cancel", _MOST_TITLE),
        "private_metadata": metadata,
        "blocks": [field.block() for field in fields],
    }


def message(title: str, shown: Reply) -> Element:
    """Return a modal that shows a reply. It has no buttons: a click in it would have no message to replace."""
    return {
        "type": "modal",
        "title": _text(title, _MOST_TITLE),
        "close": _text("Close", _MOST_TITLE),
        "blocks": [block for block in shown.blocks if block["type"] != "actions"],
    }


def _input(name: str, label: str, element: Element, hint: str, *, is_required: bool) -> Element:
    shown = {"hint": _text(hint, _MOST_LABEL)} if hint else {}
    block = {"type": "input", "block_id": name, "label": _text(label, _MOST_LABEL), "optional": not is_required}
    return {**block, "element": {**element, "action_id": VALUE}, **shown}


def _text(text: str, most: int) -> Element:
    return {"type": "plain_text", "text": plain(text, most) or "?", "emoji": False}
