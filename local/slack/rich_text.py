"""Rich text as Slack validates it: formatting is JSON, so no value can be read as markup."""

from itertools import chain
from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Part(BaseModel, extra="forbid", strict=True, frozen=True):
    """A part of a block. Slack refuses unknown fields, and a number in place of a string."""


class Titled(Part):
    """A block, which may have a block_id."""

    block_id: Annotated[str, Field(max_length=255)] = ""


class Style(Part):
    """The style of a piece of rich text."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False


class RichWords(Part):
    """Text that is shown as it is, without markup or entities."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    style: Style | None = None


class RichLink(Part):
    """A link in rich text."""

    type: Literal["link"]
    url: Annotated[str, Field(min_length=1)]
    text: str = ""
    style: Style | None = None


class RichUser(Part):
    """A mention of a person in rich text, who is notified."""

    type: Literal["user"]
    user_id: str
    style: Style | None = None


class RichBroadcast(Part):
    """A mention of everybody in rich text, who are notified."""

    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


class RichEmoji(Part):
    """An emoji by its name in rich text."""

    type: Literal["emoji"]
    name: str


class RichDate(Part):
    """A date in rich text; each reader sees it in their own time zone."""

    type: Literal["date"]
    timestamp: int
    format: Annotated[str, Field(min_length=1)]
    url: str | None = None
    fallback: str | None = None
    style: Style | None = None


type RichPiece = Annotated[
    RichWords | RichLink | RichUser | RichBroadcast | RichEmoji | RichDate, Field(discriminator="type")
]


class RichSection(Part):
    """A paragraph, quotation or preformatted text."""

    type: Literal["rich_text_section", "rich_text_preformatted", "rich_text_quote"]
    elements: list[RichPiece]
    border: int | None = None


class RichList(Part):
    """A list of paragraphs."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichSection]
    indent: int | None = None
    border: int | None = None


class RichText(Titled):
    """Rich text: text with its formatting as JSON."""

    type: Literal["rich_text"]
    elements: list[Annotated[RichSection | RichList, Field(discriminator="type")]]


def rich_pieces_of(block: object) -> tuple[RichPiece, ...]:
    """Return the pieces of a rich text block, in the order they are read; other blocks have none."""
    if not isinstance(block, RichText):
        return ()
    sections = (part.elements if isinstance(part, RichList) else [part] for part in block.elements)
    return tuple(piece for section in chain.from_iterable(sections) for piece in section.elements)
