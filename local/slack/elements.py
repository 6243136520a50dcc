"""Block elements as Slack validates them: buttons and menus; and which elements each kind of block may have.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from local.slack.composition import (
    Confirmation,
    ConversationFilter,
    Option,
    OptionGroup,
    PlainText,
    up_to,
)
from local.slack.element import Element, Placeholder
from local.slack.fields import NumberInput, PlainTextInput

_Options = Annotated[list[Option], Field(min_length=1, max_length=100)]
_FewOptions = Annotated[list[Option], Field(min_length=1, max_length=10)]


class Button(Element):
    """A button; the payload of its click carries action_id and value."""

    type: Literal["button"]
    text: Annotated[PlainText, AfterValidator(up_to(75))]
    value: Annotated[str | None, Field(max_length=2000)] = None
    url: Annotated[str | None, Field(max_length=3000)] = None
    style: Literal["primary", "danger"] | None = None
    accessibility_label: Annotated[str | None, Field(max_length=75)] = None
    confirm: Confirmation | None = None


class Overflow(Element):
    """A button with three dots, which opens a menu of up to five options."""

    type: Literal["overflow"]
    options: Annotated[list[Option], Field(min_length=1, max_length=5)]
    confirm: Confirmation | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_options(self.options, allow_url=True)
        return self


class _StaticMenu(Element):
    placeholder: Placeholder | None = None
    options: _Options | None = None
    option_groups: Annotated[list[OptionGroup] | None, Field(min_length=1, max_length=100)] = None
    confirm: Confirmation | None = None
    focus_on_load: bool | None = None

    @property
    def offered(self) -> list[Option]:
        """All options, those in groups too."""
        return [*(self.options or ()), *(option for group in self.option_groups or () for option in group.options)]

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if (self.options is None) == (self.option_groups is None):
            raise ValueError("a menu needs either options or option_groups")
        _check_options(self.offered)
        return self


class StaticSelect(_StaticMenu):
    """A menu of which one option is chosen."""

    type: Literal["static_select"]
    initial_option: Option | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_initial([self.initial_option] if self.initial_option else [], self.offered)
        return self


class MultiStaticSelect(_StaticMenu):
    """A menu of which several options are chosen."""

    type: Literal["multi_static_select"]
    initial_options: Annotated[list[Option] | None, Field(min_length=1)] = None
    max_selected_items: Annotated[int | None, Field(ge=1)] = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_initial(self.initial_options or [], self.offered)
        return self


class RadioButtons(Element):
    """Up to ten options, of which one is chosen."""

    type: Literal["radio_buttons"]
    options: _FewOptions
    initial_option: Option | None = None
    confirm: Confirmation | None = None
    focus_on_load: bool | None = None

    @property
    def offered(self) -> list[Option]:
        """All options."""
        return self.options

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_options(self.options, allow_mrkdwn=True)
        _check_initial([self.initial_option] if self.initial_option else [], self.options)
        return self


class Checkboxes(Element):
    """Up to ten options, of which several are chosen."""

    type: Literal["checkboxes"]
    options: _FewOptions
    initial_options: Annotated[list[Option] | None, Field(min_length=1)] = None
    confirm: Confirmation | None = None
    focus_on_load: bool | None = None

    @property
    def offered(self) -> list[Option]:
        """All options."""
        return self.options

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_options(self.options, allow_mrkdwn=True)
        _check_initial(self.initial_options or [], self.options)
        return self


class ConversationsSelect(Element):
    """A menu of the conversations that the person can read."""

    type: Literal["conversations_select"]
    placeholder: Placeholder | None = None
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: ConversationFilter | None = None
    confirm: Confirmation | None = None
    focus_on_load: bool | None = None


class UsersSelect(Element):
    """A menu of the workspace's people, of whom one is chosen."""

    type: Literal["users_select"]
    placeholder: Placeholder | None = None
    initial_user: str | None = None
    confirm: Confirmation | None = None
    focus_on_load: bool | None = None


type Selecting = StaticSelect | MultiStaticSelect | RadioButtons | Checkboxes
"""The elements with options of their own whose choice stays."""
type Lasting = Selecting | ConversationsSelect | UsersSelect | PlainTextInput | NumberInput
"""The elements that keep what a person has chosen or typed."""
type InAccessory = Annotated[
    Button
    | Overflow
    | StaticSelect
    | MultiStaticSelect
    | RadioButtons
    | Checkboxes
    | ConversationsSelect
    | UsersSelect,
    Field(discriminator="type"),
]
type InActions = Annotated[
    Button | Overflow | StaticSelect | RadioButtons | Checkboxes | ConversationsSelect | UsersSelect,
    Field(discriminator="type"),
]
type InInput = Annotated[
    StaticSelect
    | MultiStaticSelect
    | RadioButtons
    | Checkboxes
    | ConversationsSelect
    | UsersSelect
    | PlainTextInput
    | NumberInput,
    Field(discriminator="type"),
]
type AnyElement = Button | Overflow | Lasting


def _check_options(options: list[Option], *, allow_url: bool = False, allow_mrkdwn: bool = False) -> None:
    for option in options:
        if option.url is not None and not allow_url:
            raise ValueError("only an option of an overflow menu may have a url")
        if not allow_mrkdwn and not isinstance(option.text, PlainText):
            raise ValueError("the text of an option must be plain_text")


def _check_initial(initial: list[Option], offered: list[Option]) -> None:
    if any(option not in offered for option in initial):
        raise ValueError("an initial option must be one of the options")
