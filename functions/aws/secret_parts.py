"""The content of a secret: a JSON object, validated. Each function's own model is next to the code that uses it."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from functions.aws.settings import what_is_wrong
from shared.strict_json import NotJson, read_json

type SecretPart = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""One value of a secret. White space around it, such as a pasted line end, is dropped."""


def _none_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


type OptionalPart = Annotated[SecretPart | None, BeforeValidator(_none_if_empty)]
"""A value that may be missing. An empty one is missing, too."""
type _Token = Annotated[SecretPart, StringConstraints(pattern=r"^[\x21-\x7e]+$")]
type BotToken = Annotated[_Token | None, BeforeValidator(_none_if_empty)]
"""Slack's bot token, if there is one: a word of plain characters, since it goes into a header."""
_BYTE_ORDER_MARK = "\ufeff"
"""Some editors write it in front of a file's text, where nobody sees it."""


class WrongContent(Exception):
    """A secret's content is none that can be used. The message repeats no value of it."""


class SecretModel(BaseModel):
    """Base of a secret's content."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def content_of[S: BaseModel](text: str, model: type[S]) -> S:
    """Return the content of a secret. Raises WrongContent."""
    try:
        return model.model_validate(read_json(text.removeprefix(_BYTE_ORDER_MARK)))
    except NotJson as error:
        raise WrongContent(f"it is no JSON: {error}") from None
    except ValidationError as error:
        raise WrongContent(what_is_wrong(error)) from None
