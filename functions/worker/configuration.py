"""The recorder's settings and secret."""

from typing import Annotated, Self

import requests
from pydantic import Field, StringConstraints, model_validator

from functions.aws.secret_parts import BotToken, OptionalPart, SecretModel
from functions.aws.settings import Name, RtcAccountId, Settings, Url, UrlPrefix
from shared.recordings import FilesBy
from shared.rtc.auth import AkSkAuth, IamLogin, TokenAuth
from shared.rtc.buckets import Bucket
from shared.signed_address import ReadKey

type _Endpoint = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+$")]
"""An address without a path."""
type _ProjectId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,64}$")]


class RecorderSettings(Settings):
    """The recorder's settings."""

    secret_id: Name
    ledger_table: Name
    audit_table: Name
    audit_retention_days: Annotated[int, Field(ge=1, le=3653)]
    """How long a record of the audit is kept."""
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
    rtc_callbacks: bool
    """Whether RTC calls back when a file is complete."""
    record_bucket: Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")]
    """The bucket that is listed for files; empty for none."""
    record_location: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]
    """The bucket's region."""
    record_folder: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,512}$")]
    """What the names of the files in the bucket begin with; `{stream}` stands for the stream's name."""
    obs_endpoint: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+$")]
    """Where OBS answers, without a path and a bucket; `{location}` stands for the bucket's region."""
    event_bus_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{0,256}$")]
    """The event bus that gets the events; empty for none."""
    slack_command: Name
    """The slash command's name, for what people may type next."""
    slack_api_url: UrlPrefix
    slack_response_url: UrlPrefix
    """The beginning of every response_url."""

    @property
    def bucket(self) -> Bucket | None:
        """Return the bucket that is listed for files; None for none."""
        return Bucket(self.record_bucket, self.record_location, self.record_folder) if self.record_bucket else None

    @property
    def files_by(self) -> FilesBy:
        """Return how files are learned of where no bucket is listed."""
        return FilesBy.CALLBACKS if self.rtc_callbacks else FilesBy.NOTHING


class RecorderSecret(SecretModel):
    """An access key or an IAM user's login for RTC, and optionally a bot token."""

    access_key: OptionalPart = Field(default=None, repr=False)
    secret_key: OptionalPart = Field(default=None, repr=False)
    security_token: OptionalPart = Field(default=None, repr=False)
    """Belongs to a temporary access key."""
    domain_name: OptionalPart = Field(default=None, repr=False)
    user_name: OptionalPart = Field(default=None, repr=False)
    password: OptionalPart = Field(default=None, repr=False)
    obs_access_key: OptionalPart = Field(default=None, repr=False)
    """A key that may read the bucket, and nothing else: each link shows its id."""
    obs_secret_key: OptionalPart = Field(default=None, repr=False)
    obs_security_token: OptionalPart = Field(default=None, repr=False)
    """Belongs to a temporary key."""
    bot_token: BotToken = Field(default=None, repr=False)

    def auth(self, project_id: str, iam_endpoint: str, session: requests.Session) -> AkSkAuth | TokenAuth:
        """Return how requests to RTC are authenticated."""
        if self.access_key is not None and self.secret_key is not None:
            return AkSkAuth(self.access_key, self.secret_key, project_id, self.security_token)
        login = IamLogin(
            endpoint=iam_endpoint,
            domain_name=self.domain_name or "",
            user_name=self.user_name or "",
            password=self.password or "",
            project_id=project_id,
        )
        return TokenAuth(login, session)

    def read_key(self, endpoint: str) -> ReadKey | None:
        """Return the key for links, if there is one. `endpoint` is OBS's."""
        if self.obs_access_key is None or self.obs_secret_key is None:
            return None
        return ReadKey(self.obs_access_key, self.obs_secret_key, endpoint, self.obs_security_token)

    @model_validator(mode="after")
    def _require_credentials_for_rtc(self) -> Self:
        if not (self.access_key and self.secret_key) and not (self.domain_name and self.user_name and self.password):
            raise ValueError("either access_key and secret_key, or domain_name, user_name and password")
        return self
