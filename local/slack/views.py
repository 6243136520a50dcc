"""Views as Slack validates them: modals and home tabs, and a view as it is open for a person.

https://docs.slack.dev/reference/views
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from local.slack.blocks import Block, Input, block_id_of, check_together
from local.slack.chat import APP_ID, BOT_ID, TEAM_ID
from local.slack.composition import PlainText, up_to
from local.slack.refusal import Refused
from local.slack.rich_text import Part
from local.slack.state import Document, Entered, values_of

SIZE_LIMIT = 250_000
"""The most bytes of a view's JSON."""

_Label = Annotated[PlainText, AfterValidator(up_to(24))]


class _View(Part):
    blocks: Annotated[list[Block], Field(max_length=100)]
    private_metadata: Annotated[str, Field(max_length=3000)] = ""
    callback_id: Annotated[str, Field(max_length=255)] = ""
    external_id: Annotated[str, Field(max_length=255)] = ""


class Modal(_View):
    """A modal, which a person submits or closes."""

    type: Literal["modal"]
    title: _Label
    submit: _Label | None = None
    close: _Label | None = None
    clear_on_close: bool = False
    notify_on_close: bool = False
    submit_disabled: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_together(tuple(self.blocks), in_modal=True)
        if self.submit is None and any(isinstance(block, Input) for block in self.blocks):
            raise ValueError("a modal with an input needs submit")
        return self


class Home(_View):
    """A home tab."""

    type: Literal["home"]

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_together(tuple(self.blocks))
        return self


def parse_modal(value: object) -> Modal:
    """Return the modal in `value`, which may be JSON in a string.

    Raises Refused: invalid_arguments, with what is wrong and where; view_too_large.
    """
    return _with_block_ids(_parse(Modal, value))


def parse_home(value: object) -> Home:
    """Return the home tab in `value`, which may be JSON in a string. Raises Refused as parse_modal does."""
    return _with_block_ids(_parse(Home, value))


def _parse[V: (Modal, Home)](kind: type[V], value: object) -> V:
    try:
        document = json.loads(value) if isinstance(value, str) else value
        if len(json.dumps(document).encode()) > SIZE_LIMIT:
            raise Refused("view_too_large", f"more than {SIZE_LIMIT} bytes")
        view = kind.model_validate(document)
    except json.JSONDecodeError as error:
        raise Refused("invalid_arguments", f"{error} [json-pointer:/view]") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        pointer = "".join(f"/{step}" for step in first["loc"])
        raise Refused("invalid_arguments", f"{first['msg']} [json-pointer:/view{pointer}]") from error
    return view


def _with_block_ids[V: (Modal, Home)](view: V) -> V:
    named = [
        block.model_copy(update={"block_id": block_id_of(block, place)}) for place, block in enumerate(view.blocks)
    ]
    return view.model_copy(update={"blocks": named})


@dataclass(frozen=True, slots=True)
class OpenView[V: Modal | Home]:
    """A view that is open for a person, with what was entered.

    `channel_id` is the conversation where it was opened. `errors` are the texts at its fields, by block_id. `trouble`
    is whether Slack says that the app did not answer its submission.
    """

    view_id: str
    view: V
    user_id: str
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    channel_id: str = ""
    entered: Entered = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    trouble: bool = False

    def document(self) -> Document:
        """Return the view as Slack's JSON has it."""
        shown = self.view.model_dump(exclude_unset=True)
        defaults = {"title": None, "submit": None, "close": None, "clear_on_close": False, "notify_on_close": False}
        return {
            "id": self.view_id,
            "team_id": TEAM_ID,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            **defaults,
            **shown,
            "state": {"values": values_of(self.view.blocks, self.entered, self.channel_id)},
            "hash": self.hash,
            "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }
