"""Each function's environment as one validated model. Its fields are the function's variables in template.yaml."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Json, StringConstraints, ValidationError

from functions.aws.secrets import CallerName
from shared.orders import ChannelId
from shared.rtc.models import MAX_IDLE_TIME_MAX, MAX_IDLE_TIME_MIN, RtcId

type _Name = Annotated[str, StringConstraints(min_length=1)]
type _Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
type _Endpoint = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+$")]
type _Folder = Annotated[str, StringConstraints(pattern=r"^https?://\S+/$")]
type _Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
type _Command = Annotated[str, StringConstraints(pattern=r"^/[a-z0-9_-]{1,31}$")]
type _LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class SettingsError(Exception):
    """The function is set up wrongly; the deployment has to mend it. The message names every wrong variable."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, hide_input_in_errors=True)


class SlackSettings(_Settings):
    """Slack's door."""

    secret_id: _Name
    order_queue_url: _Url
    slack_command: _Command
    default_idle_seconds: Annotated[int, Field(ge=MAX_IDLE_TIME_MIN, le=MAX_IDLE_TIME_MAX)]
    """max_idle_time where none is typed, in seconds."""
    log_level: _LogLevel


class RecorderSettings(_Settings):
    """The recorder. The endpoints have no path; the two Slack addresses end in a slash."""

    secret_id: _Name
    ledger_table: _Name
    order_queue_url: _Url
    max_receives: Annotated[int, Field(ge=2, le=8)]
    """How often an order is received before it is given up."""
    rtc_endpoint: _Endpoint
    rtc_app_id: _Id
    rtc_project_id: _Id
    iam_endpoint: _Endpoint
    slack_command: _Command
    slack_api_url: _Folder
    slack_response_url: _Folder
    """What a response_url has to begin with."""
    log_level: _LogLevel


class Limits(BaseModel):
    """What a caller of the webhook may ask for; None is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rooms: frozenset[RtcId] | None = None
    channels: frozenset[ChannelId] | None = None


class WebhookSettings(_Settings):
    """The webhook."""

    secret_id: _Name
    ledger_table: _Name
    order_queue_url: _Url
    rtc_app_id: _Id
    webhook_callers: Json[dict[CallerName, Limits]]
    """Who may call it; each caller's keys are in the secret."""
    log_level: _LogLevel


def read_settings[S: _Settings](model: type[S], environment: Mapping[str, str]) -> S:
    """The function's settings. Raises SettingsError, with every variable that is absent or wrong and why."""
    try:
        return model.model_validate(dict(environment))
    except ValidationError as error:
        wrong = "; ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())
        raise SettingsError(f"these environment variables are wrong: {wrong}") from None
