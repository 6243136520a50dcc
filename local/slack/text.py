"""Show a message on a terminal: its blocks, or its text if it has no blocks."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from local.slack.blocks import Actions, Block, Context, Divider, Header, Input, Section
from local.slack.composition import Mrkdwn, PlainText
from local.slack.content import Content
from local.slack.elements import AnyElement, Button
from local.slack.rich_text import (
    RichBroadcast,
    RichDate,
    RichEmoji,
    RichLink,
    RichPiece,
    RichSection,
    RichText,
    RichUser,
    RichWords,
)

LINE_ACROSS = "\u2500" * 20

_ENTITY = re.compile("&(?:amp|lt|gt);")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_CODE = re.compile(r"```\n?(.+?)\n?```|`([^`\n]+)`", re.DOTALL)
_STYLE = re.compile(r"(?<!\w)([*_~])(?!\1|\s)([^\n]*?\S)\1(?!\w)")
_REFERENCE = re.compile(r"<([^<>|\n]+)(?:\|([^<>\n]*))?>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def as_text(content: Content, names: Mapping[str, str]) -> str:
    """Return `content` as text, one block below the other, with buttons and menus as [Label].

    `names` has the names of people and channels by their ids. Control characters, which could control the terminal,
    become U+FFFD.
    """
    reader = _Reader(names)
    lines = [reader.block(block) for block in content.blocks] or [reader.mrkdwn(content.text)]
    return _CONTROL.sub("\ufffd", "\n".join(lines))


class _Reader:
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def block(self, block: Block) -> str:
        match block:
            case Section():
                texts = [*([block.text] if block.text else []), *(block.fields or [])]
                side = f" {_label(block.accessory)}" if block.accessory else ""
                return "\n".join(map(self.text, texts)) + side
            case Header():
                return self.text(block.text)
            case Context() | Actions():
                pieces = (self.text(it) if isinstance(it, PlainText | Mrkdwn) else _label(it) for it in block.elements)
                return " ".join(pieces)
            case Input():
                return f"{self.text(block.label)} {_label(block.element)}"
            case Divider():
                return LINE_ACROSS
            case RichText():
                return "\n".join(
                    self.rich(part) if isinstance(part, RichSection) else "\n".join(map(self._item, part.elements))
                    for part in block.elements
                )

    def text(self, text: PlainText | Mrkdwn) -> str:
        return self.mrkdwn(text.text) if isinstance(text, Mrkdwn) else _decoded(text.text)

    def mrkdwn(self, words: str) -> str:
        """Return `words` without mrkdwn markup. Code stays as it is."""
        read, end = [], 0
        for code in _CODE.finditer(words):
            read += [self._styled(words[end : code.start()]), self._referring(code[1] or code[2])]
            end = code.end()
        return "".join([*read, self._styled(words[end:])])

    def rich(self, section: RichSection) -> str:
        return "".join(map(self._piece, section.elements))

    def _item(self, section: RichSection) -> str:
        return f"\u2022 {self.rich(section)}"

    def _styled(self, words: str) -> str:
        while (plain := _STYLE.sub(r"\2", words)) != words:
            words = plain
        return self._referring(words)

    def _referring(self, words: str) -> str:
        read, end = [], 0
        for reference in _REFERENCE.finditer(words):
            read += [_decoded(words[end : reference.start()]), self._referred(reference)]
            end = reference.end()
        return "".join([*read, _decoded(words[end:])])

    def _referred(self, reference: re.Match[str]) -> str:
        target, label = reference[1], _decoded(reference[2] or "")
        match target[0]:
            case "@" | "#" as sigil:
                return sigil + self._names.get(target[1:], label or target[1:])
            case "!":
                return label or "@" + target[1:]
        return f"{label} ({_decoded(target)})" if label else _decoded(target)

    def _piece(self, piece: RichPiece) -> str:
        match piece:
            case RichWords():
                return piece.text
            case RichLink():
                return f"{piece.text} ({piece.url})" if piece.text else piece.url
            case RichUser():
                return "@" + self._names.get(piece.user_id, piece.user_id)
            case RichBroadcast():
                return "@" + piece.range
            case RichEmoji():
                return f":{piece.name}:"
            case RichDate():
                return piece.fallback or datetime.fromtimestamp(piece.timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _label(element: AnyElement) -> str:
    if isinstance(element, Button):
        return f"[{_decoded(element.text.text)}]"
    placeholder = getattr(element, "placeholder", None)
    return f"[{_decoded(placeholder.text) if placeholder else '\u2026'}]"


def _decoded(words: str) -> str:
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], words)
