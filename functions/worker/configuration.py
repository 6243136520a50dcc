"""The recorder's settings and secret."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from functions.aws.secrets import SecretModel, SecretPart
from functions.aws.settings import Name, RtcAccountId, Settings, Url

type _Endpoint = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+$")]
"""An address without a path."""
type _UrlPrefix = Annotated[str, StringConstraints(pattern=r"^https?://\S+/$")]
"""An address that ends in a slash."""
type _ProjectId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,64}$")]


def _none_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


type _Part = Annotated[SecretPart | None, BeforeValidator(_none_if_empty)]
"""A part that may be missing. An empty one is missing, too."""
type _Token = Annotated[SecretPart, StringConstraints(pattern=r"^[\x21-\x7e]+$")]
"""One word of plain characters: it goes into a header."""


class RecorderSettings(Settings):
    """The recorder's settings."""

    secret_id: Name
    ledger_table: Name
    order_queue_url: Url
    """The queue of people's orders."""
    caller_queue_url: Url
    max_receives: Annotated[int, Field(ge=2, le=8)]
    """How often an order is received before it is given up."""
    rtc_endpoint: _Endpoint
    rtc_app_id: RtcAccountId
    rtc_project_id: _ProjectId
    rtc_calls_per_second: Annotated[int, Field(ge=1, le=100)]
    """RTC's limit for all calls of the account."""
    iam_endpoint: _Endpoint
    max_recording_hours: Annotated[int, Field(ge=1, le=168)]
    """How long a recording lasts at most."""
    slack_command: Name
    """The slash command's name, for what people may type next."""
    slack_api_url: _UrlPrefix
    slack_response_url: _UrlPrefix
    """The beginning of every response_url."""


class RecorderSecret(SecretModel):
    """An access key or an IAM user's login for RTC, and optionally a bot token."""

    access_key: _Part = Field(default=None, repr=False)
    secret_key: _Part = Field(default=None, repr=False)
    security_token: _Part = Field(default=None, repr=False)
    """Belongs to a temporary access key."""
    domain_name: _Part = Field(default=None, repr=False)
    user_name: _Part = Field(default=None, repr=False)
    password: _Part = Field(default=None, repr=False)
    bot_token: Annotated[_Token | None, BeforeValidator(_none_if_empty)] = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _require_credentials_for_rtc(self) -> Self:
        if not (self.access_key and self.secret_key) and not (self.domain_name and self.user_name and self.password):
            raise ValueError("either access_key and secret_key, or domain_name, user_name and password")
        return self
