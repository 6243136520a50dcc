"""Block Kit as Slack checks it in a message: the block types this bot may use, their required fields, their limits.

Written from Slack's reference of blocks, not from what the bot sends. A type that isn't here is refused, as Slack
refuses one it doesn't know: whoever adds a block to the bot adds it here from the reference first.
"""

from collections.abc import Callable
from itertools import chain
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, model_validator

BLOCKS_LIMIT = 50


class _Part(BaseModel, extra="forbid", strict=True, frozen=True):
    """Slack refuses a field it doesn't know, and a number where it wants a string."""


class PlainText(_Part):
    """A text shown as it is, except for `&amp; &lt; &gt;`."""

    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1)]
    emoji: bool | None = None


class Mrkdwn(_Part):
    """A text in Slack's own markup."""

    type: Literal["mrkdwn"]
    text: Annotated[str, Field(min_length=1)]
    verbatim: bool | None = None


type Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


def _up_to[T: PlainText | Mrkdwn](limit: int) -> Callable[[T], T]:
    def check(text: T) -> T:
        if len(text.text) > limit:
            raise ValueError(f"must be at most {limit} characters long, not {len(text.text)}")
        return text

    return check


class Confirmation(_Part):
    """The question that a button asks before it acts."""

    title: Annotated[PlainText, AfterValidator(_up_to(100))]
    text: Annotated[Text, AfterValidator(_up_to(300))]
    confirm: Annotated[PlainText, AfterValidator(_up_to(30))]
    deny: Annotated[PlainText, AfterValidator(_up_to(30))]
    style: Literal["primary", "danger"] | None = None


class Button(_Part):
    """A button; the payload of its click carries action_id and value."""

    type: Literal["button"]
    text: Annotated[PlainText, AfterValidator(_up_to(75))]
    action_id: Annotated[str, Field(max_length=255)] = ""
    value: Annotated[str | None, Field(max_length=2000)] = None
    url: Annotated[str | None, Field(max_length=3000)] = None
    style: Literal["primary", "danger"] | None = None
    accessibility_label: Annotated[str | None, Field(max_length=75)] = None
    confirm: Confirmation | None = None


class _Block(_Part):
    block_id: Annotated[str, Field(max_length=255)] = ""


class Section(_Block):
    """A text, or up to ten fields, or both; and one button at its side."""

    type: Literal["section"]
    text: Annotated[Text, AfterValidator(_up_to(3000))] | None = None
    fields: Annotated[
        list[Annotated[Text, AfterValidator(_up_to(2000))]] | None, Field(min_length=1, max_length=10)
    ] = None
    accessory: Button | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.text or self.fields):
            raise ValueError("a section needs text or fields")
        return self


class Header(_Block):
    """One line in large letters."""

    type: Literal["header"]
    text: Annotated[PlainText, AfterValidator(_up_to(150))]


class Context(_Block):
    """Small print."""

    type: Literal["context"]
    elements: Annotated[list[Text], Field(min_length=1, max_length=10)]


class Divider(_Block):
    """A line across."""

    type: Literal["divider"]


class Actions(_Block):
    """A row of buttons."""

    type: Literal["actions"]
    elements: Annotated[list[Button], Field(min_length=1, max_length=25)]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        named = [button.action_id for button in self.elements if button.action_id]
        if len(named) != len(set(named)):
            raise ValueError("an action_id is used twice")
        return self


class Style(_Part):
    """How a piece of rich text looks."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False


class RichWords(_Part):
    """A piece of rich text that is shown as it is: no markup, no entities."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    style: Style | None = None


class RichLink(_Part):
    """A link in rich text."""

    type: Literal["link"]
    url: Annotated[str, Field(min_length=1)]
    text: str = ""
    style: Style | None = None


class RichUser(_Part):
    """A mention of a person in rich text: it notifies."""

    type: Literal["user"]
    user_id: str
    style: Style | None = None


class RichBroadcast(_Part):
    """A mention of everybody in rich text: it notifies."""

    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


class RichEmoji(_Part):
    """An emoji by its name in rich text."""

    type: Literal["emoji"]
    name: str


type RichPiece = Annotated[RichWords | RichLink | RichUser | RichBroadcast | RichEmoji, Field(discriminator="type")]


class RichSection(_Part):
    """A paragraph, quotation or preformatted text."""

    type: Literal["rich_text_section", "rich_text_preformatted", "rich_text_quote"]
    elements: list[RichPiece]
    border: int | None = None


class RichList(_Part):
    """A list of paragraphs."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichSection]
    indent: int | None = None
    border: int | None = None


class RichText(_Block):
    """Text with its formatting said in JSON, so that no value can be taken for markup."""

    type: Literal["rich_text"]
    elements: list[Annotated[RichSection | RichList, Field(discriminator="type")]]


type Block = Annotated[Section | Header | Context | Divider | Actions | RichText, Field(discriminator="type")]

_blocks = TypeAdapter(Annotated[list[Block], Field(max_length=BLOCKS_LIMIT)])


def parse_blocks(value: object) -> tuple[Block, ...]:
    """Give the blocks of a message from its JSON.

    Raises pydantic's ValidationError, or ValueError for a block_id used twice.
    """
    blocks = tuple(_blocks.validate_python(value))
    named = [block.block_id for block in blocks if block.block_id]
    if len(named) != len(set(named)):
        raise ValueError("a block_id is used twice")
    return blocks


def texts_of(block: Block) -> tuple[PlainText | Mrkdwn, ...]:
    """Give the text objects of `block`, in the order they are read; rich text has none."""
    match block:
        case Section():
            side = (block.accessory.text,) if block.accessory else ()
            return (*((block.text,) if block.text else ()), *(block.fields or ()), *side)
        case Header():
            return (block.text,)
        case Context():
            return tuple(block.elements)
        case Actions():
            return tuple(button.text for button in block.elements)
        case Divider() | RichText():
            return ()


def buttons_of(block: Block) -> tuple[Button, ...]:
    """Give the buttons of `block`, in the order they are read."""
    match block:
        case Section(accessory=Button() as button):
            return (button,)
        case Actions():
            return tuple(block.elements)
        case _:
            return ()


def rich_pieces_of(block: Block) -> tuple[RichPiece, ...]:
    """Give the pieces of a rich text block, in the order they are read; other blocks have none."""
    if not isinstance(block, RichText):
        return ()
    sections = (part.elements if isinstance(part, RichList) else [part] for part in block.elements)
    return tuple(piece for section in chain.from_iterable(sections) for piece in section.elements)
