"""Block Kit as Slack validates it in a message: the block types that the bot may use, their fields and limits.

Written from Slack's reference of blocks, not from what the bot sends. Other types are refused, as Slack refuses unknown
ones: before the bot uses a new block, add it here from the reference.
"""

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from local.slack.rich_text import Part, RichText, Titled

BLOCKS_LIMIT = 50


class PlainText(Part):
    """Text that is shown as it is, except for `&amp; &lt; &gt;`."""

    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1)]
    emoji: bool | None = None


class Mrkdwn(Part):
    """Text in Slack's mrkdwn markup."""

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


class Confirmation(Part):
    """The confirmation dialog of a button."""

    title: Annotated[PlainText, AfterValidator(_up_to(100))]
    text: Annotated[Text, AfterValidator(_up_to(300))]
    confirm: Annotated[PlainText, AfterValidator(_up_to(30))]
    deny: Annotated[PlainText, AfterValidator(_up_to(30))]
    style: Literal["primary", "danger"] | None = None


class Button(Part):
    """A button; the payload of its click carries action_id and value."""

    type: Literal["button"]
    text: Annotated[PlainText, AfterValidator(_up_to(75))]
    action_id: Annotated[str, Field(max_length=255)] = ""
    value: Annotated[str | None, Field(max_length=2000)] = None
    url: Annotated[str | None, Field(max_length=3000)] = None
    style: Literal["primary", "danger"] | None = None
    accessibility_label: Annotated[str | None, Field(max_length=75)] = None
    confirm: Confirmation | None = None


class Section(Titled):
    """A text, or up to ten fields, or both; and one button beside it."""

    type: Literal["section"]
    text: Annotated[Text, AfterValidator(_up_to(3000))] | None = None
    fields: Annotated[
        list[Annotated[Text, AfterValidator(_up_to(2000))]] | None, Field(min_length=1, max_length=10)
    ] = None
    accessory: Button | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _check_content(self) -> Self:
        if not (self.text or self.fields):
            raise ValueError("a section needs text or fields")
        return self


class Header(Titled):
    """A heading."""

    type: Literal["header"]
    text: Annotated[PlainText, AfterValidator(_up_to(150))]


class Context(Titled):
    """Secondary text in small letters."""

    type: Literal["context"]
    elements: Annotated[list[Text], Field(min_length=1, max_length=10)]


class Divider(Titled):
    """A horizontal line."""

    type: Literal["divider"]


class Actions(Titled):
    """A row of buttons."""

    type: Literal["actions"]
    elements: Annotated[list[Button], Field(min_length=1, max_length=25)]

    @model_validator(mode="after")
    def _check_action_ids(self) -> Self:
        named = [button.action_id for button in self.elements if button.action_id]
        if len(named) != len(set(named)):
            raise ValueError("an action_id is used twice")
        return self


type Block = Annotated[Section | Header | Context | Divider | Actions | RichText, Field(discriminator="type")]

_blocks = TypeAdapter(Annotated[list[Block], Field(max_length=BLOCKS_LIMIT)])


def parse_blocks(value: object) -> tuple[Block, ...]:
    """Return the blocks of a message from its JSON.

    Raises pydantic's ValidationError, or ValueError for a block_id used twice.
    """
    blocks = tuple(_blocks.validate_python(value))
    named = [block.block_id for block in blocks if block.block_id]
    if len(named) != len(set(named)):
        raise ValueError("a block_id is used twice")
    return blocks


def texts_of(block: Block) -> tuple[PlainText | Mrkdwn, ...]:
    """Return the text objects of `block`, in the order they are read; rich text has none."""
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
    """Return the buttons of `block`, in the order they are read."""
    match block:
        case Section(accessory=Button() as button):
            return (button,)
        case Actions():
            return tuple(block.elements)
        case _:
            return ()
