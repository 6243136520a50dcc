"""The blocks of a reply: lines of rich text, as plain dicts, in which foreign text can't act as markup.

Rich text shows every text as it is: `*`, `_`, backticks, `<!channel>` and links have no effect. Characters that break
a line, hide words or change their direction are removed here from each piece. Only the fallback `text`, which Slack
reads as mrkdwn, has to be escaped.

Block Kit's rich text: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block/
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.language.normalising import UNSEEN
from bot.messages.controls import Button, ControlName, Controls, Element, blocks_of
from shared.actors import Actor

type Line = Sequence[str | Element]
"""The pieces of a line, in order; a str is shown as it is."""

_LONGEST_PIECE = 1500
_LONGEST_DETAIL = 3000
_LONGEST_TEXT = 3000
_LONGEST_LABEL = 75
EMOJI = {
    "⏳": "RTC is being asked",
    "🔎": "a dry run",
    "📅": "planned",
    "🟡": "starting",
    "🔴": "recording",
    "⏰": "something that a person has to know",
    "⏹": "not recording any more",
    "🎬": "a file of a recording",
    "✅": "done, in a list",
    "⛔": "not done",
    "❓": "nobody knows whether it was done",
    "♻": "done already, by an earlier order",
    "✋": "not understood, so nothing was done",
    "⚠": "a fault of recordbot",
}
"""Every emoji of our messages, and the one thing that it means."""
_TEXT_EMOJI = re.compile("[⏹♻⚠]")
"""Those that clients show in black and white unless the character U+FE0F follows."""
_SLACK_USER = re.compile(r"[UW][A-Z0-9]{1,20}")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Audience(StrEnum):
    """Who sees a reply. The values are a response_url's response_type."""

    ASKER = "ephemeral"
    CHANNEL = "in_channel"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as `text`, for notifications and screen readers, and as blocks; and who sees it."""

    text: str
    blocks: list[dict[str, Any]]
    to: Audience

    @property
    def body(self) -> dict[str, Any]:
        """Return it as the JSON object that answers a command."""
        return {"response_type": self.to.value, "text": self.text, "blocks": self.blocks}


def reply(
    to: Audience,
    headline: Line,
    *lines: Line | Controls,
    details: Iterable[tuple[str, str]] = (),
    links: Iterable[tuple[str, str]] = (),
) -> Reply:
    """Return a reply of these lines, the first one in bold, with buttons and menus among them.

    `details` are captions, each with preformatted text. `links` are names with addresses: each is a button below all
    else. No text repeats an address or a button.

    Pieces are cut at 1500 characters, details and the fallback text at 3000. Slack accepts about 13,000 in total.
    """
    rows = [line for line in lines if isinstance(line, Controls)]
    opened = Controls(
        [Button(plain(name, _LONGEST_LABEL) or "?", ControlName.LINK, url=address) for name, address in links]
    )
    controls = blocks_of([*rows, opened])
    texts: list[list[Element]] = [[_bold(element) for element in _elements(headline)]]
    for line in lines:
        if isinstance(line, Controls):
            texts.append([])
        else:
            texts[-1] += [_text("\n")] * bool(texts[-1]) + _elements(line)
    parts = [[_part("section", elements)] if elements else [] for elements in texts]
    for caption, detail in details:
        parts[-1] += [_part("section", _elements([caption])), _part("preformatted", [_text(_set_text(detail))])]
    blocks: list[Element] = []
    for shown, row in zip(parts, controls, strict=True):
        blocks += [{"type": "rich_text", "elements": shown}] if shown else []
        blocks += [] if row is None else [row]
    return Reply(text=_as_mrkdwn([part for shown in parts for part in shown]), blocks=blocks, to=to)


def plain(value: object, most: int = 64) -> str:
    """Return a foreign value as one line of printable text, with at most `most` characters."""
    shown = " ".join(_printable(str(value)).split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def joined(*parts: str | Element | Line | None) -> list[str | Element]:
    """Return the parts as one line, with ` · ` between them. Parts that are None or empty are left out."""
    line: list[str | Element] = []
    for part in filter(None, parts):
        pieces = [part] if isinstance(part, str | dict) else part
        line += [" · ", *pieces] if line else pieces
    return line


def one_line(reply: Reply) -> Line:
    """Return the reply's lines as one, with ` · ` between them and nothing in bold. Details are left out."""
    texts = [block for block in reply.blocks if block["type"] == "rich_text"]
    sections = [section for block in texts for section in block["elements"][:1]]
    elements = [it for n, section in enumerate(sections) for it in [_text("\n")] * bool(n) + section["elements"]]
    return [" · " if element == _text("\n") else _not_bold(element) for element in elements]


def code(value: object, most: int = 160) -> Element:
    """Return a value as code, which is easy to copy."""
    return {**_text(plain(value, most) or "?"), "style": {"code": True}}


def person(actor: Actor) -> Element:
    """Return a mention of a person in Slack, which Slack shows as a name; for any other actor the id as text."""
    if actor.is_person and _SLACK_USER.fullmatch(actor.id):
        return {"type": "user", "user_id": actor.id}
    return _text(plain(actor.id) or "somebody")


def clock_time(moment: datetime) -> Element:
    """Return a time of day, which Slack shows in the reader's time zone."""
    fallback = moment.astimezone(UTC).strftime("%H:%M UTC")
    return {"type": "date", "timestamp": int(moment.timestamp()), "format": "{time}", "fallback": fallback}


def day_time(moment: datetime) -> Element:
    """Return a day and a time, which Slack shows in the reader's time zone: `tomorrow at 15:30`."""
    fallback = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    shown = "{date_short_pretty} at {time}"
    return {"type": "date", "timestamp": int(moment.timestamp()), "format": shown, "fallback": fallback}


def _part(kind: str, elements: list[Element]) -> Element:
    return {"type": f"rich_text_{kind}", "elements": elements}


def _text(text: str) -> Element:
    return {"type": "text", "text": text}


def _elements(line: Line) -> list[Element]:
    """Return the pieces as elements, at least one and none of them empty: Slack refuses an empty text."""
    shown = (_printable(piece)[:_LONGEST_PIECE] if isinstance(piece, str) else piece for piece in line)
    whole = [_text(piece) if isinstance(piece, str) else piece for piece in shown if piece]
    return whole or [_text(" ")]


def _bold(element: Element) -> Element:
    return {**element, "style": {**element.get("style", {}), "bold": True}}


def _not_bold(element: Element) -> Element:
    style = {name: value for name, value in element.get("style", {}).items() if name != "bold"}
    plain_element = {name: value for name, value in element.items() if name != "style"}
    return plain_element | ({"style": style} if style else {})


def _printable(text: str) -> str:
    # Line ends, control characters and lone surrogates become spaces. Invisible characters, as bidi overrides, go.
    seen = UNSEEN.sub("", text)
    if not seen.isprintable():
        seen = "".join(character if character.isprintable() else " " for character in seen)
    return _TEXT_EMOJI.sub("\\g<0>\ufe0f", seen)


def _set_text(text: str) -> str:
    lines = "\n".join(map(_printable, text.split("\n"))) or " "
    return (
        lines if len(lines) <= _LONGEST_DETAIL else f"{lines[:_LONGEST_DETAIL]}\n… cut at {_LONGEST_DETAIL} characters"
    )


def _as_mrkdwn(parts: list[Element]) -> str:
    """Return the whole message as text, in which Slack reads `<`, `>` and `&` as markup."""
    text = ""
    for part in parts:
        for element in [_text("\n")] * bool(text) + part["elements"]:
            if element["type"] == "user":
                piece = f"<@{element['user_id']}>"
            else:
                shown: str = element["fallback"] if element["type"] == "date" else element["text"]
                piece = shown.translate(_ENTITIES)
            if len(text) + len(piece) >= _LONGEST_TEXT:
                return f"{text}…"
            text += piece
    return text
