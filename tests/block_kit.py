"""Replies as Slack takes them and as a person reads them. The limits are slackblocks's and slack_sdk's, not ours."""

import json
from collections.abc import Sequence
from typing import Any

import slackblocks
from slack_sdk.models.blocks import Block
from slackblocks.rich_text.elements import RichText, RichTextUser
from slackblocks.rich_text.objects import RichTextCodeBlock, RichTextSection

from bot.messages.blocks import Reply

MOST_CHARACTERS = 13_000
"""About what Slack takes in all blocks of a message."""


def read(reply: Reply) -> str:
    """What a person reads: the styles gone, a mention as `@U1`, a time as its fallback."""
    parts = [part for block in _texts(reply) for part in block["elements"]]
    return "\n".join("".join(map(_as_read, part["elements"])) for part in parts)


def assert_slack_takes(reply: Reply) -> None:
    """Fails for a reply that Slack would refuse, or show in another way than it was meant."""
    slackblocks.Message(channel="C1", text=reply.text, blocks=[_in_slackblocks(block) for block in reply.blocks])
    parsed = Block.parse_all(reply.blocks)
    assert [block.to_dict() for block in parsed] == reply.blocks, "slack_sdk knows no such element"
    assert len(json.dumps(reply.blocks, ensure_ascii=False)) <= MOST_CHARACTERS
    assert reply.text.strip()
    slackblocks.SectionBlock(reply.text)  # the text has a section's limit
    assert all(character.isprintable() or character == "\n" for character in reply.text)
    assert all(character.isprintable() or character == "\n" for character in read(reply))
    assert "" not in [element.get("text") for element in _elements(_texts(reply))], "Slack refuses an empty text"
    used = [control["action_id"] for control in controls_of(reply)]
    assert len(used) == len(set(used)), "Slack refuses an action_id that stands twice"


def controls_of(reply: Reply) -> list[dict[str, Any]]:
    """The buttons and menus, in the order in which they are read."""
    return [control for block in reply.blocks if block["type"] == "actions" for control in block["elements"]]


def _texts(reply: Reply) -> list[dict[str, Any]]:
    return [block for block in reply.blocks if block["type"] == "rich_text"]


def _as_read(element: dict[str, Any]) -> str:
    shown: str = element["text"] if element["type"] == "text" else element.get("fallback") or f"@{element['user_id']}"
    return shown


def _elements(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [element for block in blocks for part in block["elements"] for element in part["elements"]]


def _in_slackblocks(block: dict[str, Any]) -> slackblocks.Block:
    # slackblocks reads no rich text from a dict, and knows no date: that one stands here as its fallback.
    kinds = {"rich_text_section": RichTextSection, "rich_text_preformatted": RichTextCodeBlock}
    if block["type"] == "actions":
        return slackblocks.ActionsBlock([_control(element) for element in block["elements"]])
    assert block["type"] == "rich_text"
    parts = []
    for part in block["elements"]:
        elements = [
            RichTextUser(element["user_id"], **element.get("style", {}))
            if element["type"] == "user"
            else RichText(element.get("text") or element["fallback"], **element.get("style", {}))
            for element in part["elements"]
        ]
        parts.append(kinds[part["type"]](elements))
    return slackblocks.RichTextBlock(parts)


def _control(element: dict[str, Any]) -> slackblocks.Element:
    fields = {name: value for name, value in element.items() if name != "type"}
    if "confirm" in fields:
        title, text, confirm, deny = (_plain_text(fields["confirm"][it]) for it in ("title", "text", "confirm", "deny"))
        fields["confirm"] = slackblocks.ConfirmationDialogue(title, text, confirm, deny)
    if element["type"] == "button":
        return slackblocks.Button(**fields | {"text": _plain_text(fields["text"])})
    assert element["type"] == "static_select"
    options = [slackblocks.Option(_plain_text(it["text"]), it["value"]) for it in fields["options"]]
    return slackblocks.StaticSelectMenu(
        **fields | {"options": options, "placeholder": _plain_text(fields["placeholder"])}
    )


def _plain_text(text: dict[str, Any]) -> slackblocks.Text:
    return slackblocks.PlainText(text["text"], emoji=text["emoji"])
