"""Block Kit as Slack validates it in messages and views: the block types that the bot may use, their fields and limits.

Written from Slack's reference of blocks, not from what the bot sends. Other types are refused, as Slack refuses unknown
ones: before the bot uses a new block, add it here from the reference.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from local.slack.composition import Mrkdwn, Option, PlainText, Text, up_to
from local.slack.elements import (
    AnyElement,
    Button,
    ConversationsSelect,
    InAccessory,
    InActions,
    InInput,
    Overflow,
)
from local.slack.rich_text import RichText, Titled

BLOCKS_LIMIT = 50


class Section(Titled):
    """A text, or up to ten fields, or both; and one element beside it."""

    type: Literal["section"]
    text: Annotated[Text, AfterValidator(up_to(3000))] | None = None
    fields: Annotated[list[Annotated[Text, AfterValidator(up_to(2000))]] | None, Field(min_length=1, max_length=10)] = (
        None
    )
    accessory: InAccessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _check_content(self) -> Self:
        if not (self.text or self.fields):
            raise ValueError("a section needs text or fields")
        return self


class Header(Titled):
    """A heading."""

    type: Literal["header"]
    text: Annotated[PlainText, AfterValidator(up_to(150))]


class Context(Titled):
    """Secondary text in small letters."""

    type: Literal["context"]
    elements: Annotated[list[Text], Field(min_length=1, max_length=10)]


class Divider(Titled):
    """A horizontal line."""

    type: Literal["divider"]


class Actions(Titled):
    """A row of buttons and menus."""

    type: Literal["actions"]
    elements: Annotated[list[InActions], Field(min_length=1, max_length=25)]

    @model_validator(mode="after")
    def _check_action_ids(self) -> Self:
        named = [element.action_id for element in self.elements if element.action_id]
        if len(named) != len(set(named)):
            raise ValueError("an action_id is used twice")
        return self


class Input(Titled):
    """A labelled field of a form."""

    type: Literal["input"]
    label: Annotated[PlainText, AfterValidator(up_to(2000))]
    element: InInput
    hint: Annotated[PlainText, AfterValidator(up_to(2000))] | None = None
    optional: bool = False
    dispatch_action: bool = False


type Block = Annotated[Section | Header | Context | Divider | Actions | Input | RichText, Field(discriminator="type")]

_blocks = TypeAdapter(Annotated[list[Block], Field(max_length=BLOCKS_LIMIT)])


def parse_blocks(value: object) -> tuple[Block, ...]:
    """Return the blocks of a message from its JSON.

    Raises pydantic's ValidationError, or ValueError for a block_id used twice or what only a modal may have.
    """
    blocks = tuple(_blocks.validate_python(value))
    check_together(blocks)
    return blocks


def check_together(blocks: tuple[Block, ...], *, in_modal: bool = False) -> None:
    """Check what no block shows alone. Raises ValueError."""
    named = [block.block_id for block in blocks if block.block_id]
    if len(named) != len(set(named)):
        raise ValueError("a block_id is used twice")
    elements = [(block, element) for block in blocks for element in elements_of(block)]
    for block, element in elements:
        is_enabled = isinstance(element, ConversationsSelect) and element.response_url_enabled
        if is_enabled and not (in_modal and isinstance(block, Input)):
            raise ValueError("response_url_enabled works only in an input block of a modal")
    if sum(getattr(element, "focus_on_load", None) is True for _, element in elements) > 1:
        raise ValueError("only one element may have focus_on_load")


def block_id_of(block: Block, place: int) -> str:
    """Return the block's id; Slack gives one to a block without."""
    return block.block_id or f"block-{place}"


def texts_of(block: Block) -> tuple[PlainText | Mrkdwn, ...]:
    """Return the text objects of `block`, in the order they are read; rich text has none."""
    own: tuple[PlainText | Mrkdwn, ...]
    match block:
        case Section():
            own = (*((block.text,) if block.text else ()), *(block.fields or ()))
        case Header():
            own = (block.text,)
        case Context():
            own = tuple(block.elements)
        case Input():
            own = (block.label, *((block.hint,) if block.hint else ()))
        case Actions() | Divider() | RichText():
            own = ()
    return (*own, *(text for element in elements_of(block) for text in _texts_in(element)))


def elements_of(block: Block) -> tuple[AnyElement, ...]:
    """Return the buttons, menus and inputs of `block`, in the order they are read."""
    match block:
        case Section():
            return (block.accessory,) if block.accessory else ()
        case Actions():
            return tuple(block.elements)
        case Input():
            return (block.element,)
        case _:
            return ()


def options_of(element: AnyElement) -> list[Option]:
    """Return the options that a menu offers by itself; other elements have none."""
    options: list[Option] = getattr(element, "offered", None) or getattr(element, "options", None) or []
    return options


def _texts_in(element: AnyElement) -> Iterator[PlainText | Mrkdwn]:
    if isinstance(element, Button):
        yield element.text
    elif not isinstance(element, Overflow):  # what its three dots hide isn't read with the message
        yield from (option.text for option in options_of(element))
