"""A function's environment as one validated model. Its fields are the function's variables in template.yaml.

Each function's own model is next to its code: functions/slack.py, functions/webhook_api/ and functions/worker/.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from shared.strict_json import shown_name

type Name = Annotated[str, StringConstraints(min_length=1)]
type Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
type UrlPrefix = Annotated[str, StringConstraints(pattern=r"^https?://\S+/$")]
"""An address that ends in a slash."""
type RtcAccountId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The id of an RTC app or project."""
type RecordRuleId = Annotated[str, StringConstraints(pattern=r"^[!-~]{0,128}$")]
"""The id of the recording rule for starts that name none; empty for none."""


class SettingsError(Exception):
    """The function's environment is wrong. The message names every wrong variable. The deployment must be fixed."""


class Settings(BaseModel):
    """Base of a function's settings. A field's variable has the field's name in upper case."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, hide_input_in_errors=True)


def read_settings[S: Settings](model: type[S], environment: Mapping[str, str]) -> S:
    """Return the function's settings. Raises SettingsError, which names every missing or wrong variable and why."""
    try:
        return model.model_validate(dict(environment))
    except ValidationError as error:
        raise SettingsError(f"these environment variables are wrong: {what_is_wrong(error)}") from None


def what_is_wrong(error: ValidationError) -> str:
    """Return one line that names each wrong place and why, and repeats no value."""
    problems = error.errors(include_url=False, include_input=False)
    # pydantic drops a wrong item, and then also says that its list is too short.
    around = {problem["loc"][:length] for problem in problems for length in range(len(problem["loc"]))}
    return "; ".join(
        f"{'.'.join(map(shown_name, problem['loc'])) or 'it'}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in problems
        if problem["loc"] not in around
    )
