"""Composition objects of Block Kit as Slack validates them: texts, confirmation dialogs and the options of menus.

https://docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from local.slack.rich_text import Part


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


def up_to[T: PlainText | Mrkdwn](limit: int) -> Callable[[T], T]:
    """Return a check that a text has at most `limit` characters."""

    def check(text: T) -> T:
        if len(text.text) > limit:
            raise ValueError(f"must be at most {limit} characters long, not {len(text.text)}")
        return text

    return check


class Confirmation(Part):
    """The confirmation dialog of an element."""

    title: Annotated[PlainText, AfterValidator(up_to(100))]
    text: Annotated[Text, AfterValidator(up_to(300))]
    confirm: Annotated[PlainText, AfterValidator(up_to(30))]
    deny: Annotated[PlainText, AfterValidator(up_to(30))]
    style: Literal["primary", "danger"] | None = None


class Option(Part):
    """An option of a menu. Only those of an overflow menu may have a `url`."""

    text: Annotated[Text, AfterValidator(up_to(75))]
    value: Annotated[str, Field(max_length=150)]
    description: Annotated[Text, AfterValidator(up_to(75))] | None = None
    url: Annotated[str | None, Field(max_length=3000)] = None


class OptionGroup(Part):
    """Options of a select menu under a label."""

    label: Annotated[PlainText, AfterValidator(up_to(75))]
    options: Annotated[list[Option], Field(min_length=1, max_length=100)]


class ConversationFilter(Part):
    """Which conversations a menu offers."""

    include: Annotated[list[Literal["im", "mpim", "private", "public"]] | None, Field(min_length=1)] = None
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class DispatchActionConfig(Part):
    """When a text input sends what was typed."""

    trigger_actions_on: list[Literal["on_enter_pressed", "on_character_entered"]] | None = None
