"""Secrets of Secrets Manager, by name: each a JSON object, validated, and kept for a while."""

import time
from collections.abc import Callable
from secrets import token_bytes
from typing import TYPE_CHECKING, Annotated, Self

import boto3
from botocore.config import Config
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from functions.aws.observability import logger
from functions.http.standard_webhooks import MOST_KEYS, read_key

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_secretsmanager import SecretsManagerClient

type _Part = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A secret's part, without the line end that was pasted along."""

type CallerName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
"""Who calls the webhook. In lower case: so it is never taken for a Slack user id."""


def _key(text: object) -> bytes:
    return read_key(str(text).strip())


type _Key = Annotated[bytes, BeforeValidator(_key)]
"""A key of Standard Webhooks (whsec_...), decoded."""


LIFETIME = 300.0
"""Seconds for which a secret is used without being read again."""
RETRY_AFTER = 30.0
"""Seconds between two reads of a secret that is kept, whatever asks for them."""


class SecretUnreadable(Exception):
    """The secret isn't there, isn't ours to read, or doesn't hold what it should; the deployment has to mend it."""


class _SecretModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class SlackSecret(_SecretModel):
    """What Slack's door has to know: the signing secrets in use, more than one while they are rotated."""

    signing_secrets: Annotated[tuple[_Part, ...], Field(min_length=1, repr=False)]


class RecorderSecret(_SecretModel):
    """What the recorder has to know: an access key or an IAM user's login, and a bot token to post as the bot."""

    access_key: _Part | None = Field(default=None, repr=False)
    secret_key: _Part | None = Field(default=None, repr=False)
    security_token: _Part | None = Field(default=None, repr=False)
    """Goes with a temporary access key."""
    domain_name: _Part | None = Field(default=None, repr=False)
    user_name: _Part | None = Field(default=None, repr=False)
    password: _Part | None = Field(default=None, repr=False)
    bot_token: _Part | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _opens_rtc(self) -> Self:
        if not (self.access_key and self.secret_key) and not (self.domain_name and self.user_name and self.password):
            raise ValueError("either access_key and secret_key, or domain_name, user_name and password")
        return self


class WebhookSecret(_SecretModel):
    """Each caller's keys, more than one while they are rotated, and those of the links to an order's status."""

    callers: Annotated[
        dict[CallerName, Annotated[tuple[_Key, ...], Field(min_length=1, max_length=MOST_KEYS)]], Field(repr=False)
    ]
    status_keys: Annotated[tuple[_Key, ...], Field(min_length=1, repr=False)]
    """The first makes links, all of them open one."""

    @model_validator(mode="after")
    def _callers_share_no_key(self) -> Self:
        keys = [key for own in self.callers.values() for key in set(own)]
        if len(set(keys)) < len(keys):
            raise ValueError("two callers have the same key: each could pass for the other")
        return self

    @staticmethod
    def of_nobody() -> "WebhookSecret":
        """The secret of a webhook that nobody may call: no key opens anything."""
        return WebhookSecret.model_construct(callers={}, status_keys=(token_bytes(),))

    def keys_of(self, caller: str) -> tuple[bytes, ...]:
        """The caller's keys; none of an unknown one."""
        return self.callers.get(caller, ())


def connect_secrets() -> "SecretsManagerClient":
    """A client whose limits leave time to answer Slack."""
    return boto3.client(
        "secretsmanager", config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    )


class Secret[S: BaseModel]:
    """One secret, as a model. The clock is the wall's, in seconds: others may stand still while Lambda freezes us."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        model: type[S],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._model = model
        self._clock = clock
        self._kept: S | None = None
        self._read_at = self._tried_at = 0.0

    def read(self, *, max_age: float = LIFETIME) -> S:
        """The secret as it was at most `max_age` seconds ago, or at most RETRY_AFTER seconds ago.

        Where it cannot be read anew, the one that is kept stays in use. Raises SecretUnreadable where there is none.
        """
        now = self._clock()
        if self._kept is not None and not self._is_due(now, max_age):
            return self._kept
        self._tried_at = now
        try:
            self._kept = self._fetch()
        except SecretUnreadable:
            if self._kept is None:
                raise
            logger.exception("the secret cannot be read anew; the one that is kept stays in use")
        else:
            self._read_at = now
        return self._kept

    def _is_due(self, now: float, max_age: float) -> bool:
        # A clock that was set back makes it due as well.
        return abs(now - self._read_at) >= max_age and abs(now - self._tried_at) >= RETRY_AFTER

    def _fetch(self) -> S:
        try:
            content = self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")
        except Exception as error:
            raise SecretUnreadable(f"secret {self._secret_id} could not be read") from error
        try:
            return self._model.model_validate_json(content)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, it['loc'])) or 'it'}: {it['msg']}" for it in error.errors())
            raise SecretUnreadable(f"secret {self._secret_id} does not hold what it should: {wrong}") from None
