"""Secrets of Secrets Manager, read and cached for some minutes. Their content is in functions/aws/secret_parts.py."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.config import Config
from pydantic import BaseModel

from functions.aws.away import Away, raising_away
from functions.aws.clients import connect
from functions.aws.observability import logger
from functions.aws.secret_parts import WrongContent, content_of

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_secretsmanager import SecretsManagerClient

LIFETIME = 300.0
"""Seconds for which a secret is used without being read again."""
RETRY_AFTER = 30.0
"""The least number of seconds between two reads of a cached secret."""


class SecretUnreadable(Exception):
    """The secret is missing, may not be read, or has the wrong content. The deployment must be fixed."""


def connect_secrets() -> "SecretsManagerClient":
    """Return a client whose limits leave time to answer Slack."""
    limits = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    client: SecretsManagerClient = connect("secretsmanager", limits)
    return client


class Secret[S: BaseModel]:
    """One secret, as a model. The clock gives Unix time in seconds: a monotonic one may stop while Lambda is frozen."""

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
        """Return the secret, at most `max_age` seconds old, or at most RETRY_AFTER seconds old.

        If it can't be read again, the cached one stays in use. If none is cached, raises SecretUnreadable, or Away if
        Secrets Manager can't be used now.
        """
        now = self._clock()
        if self._kept is not None and not self._is_due(now, max_age):
            return self._kept
        self._tried_at = now
        try:
            self._kept = self._fetch()
        except (SecretUnreadable, Away):
            if self._kept is None:
                raise
            logger.exception("the secret can't be read again; the cached one stays in use")
        else:
            self._read_at = now
        return self._kept

    def _is_due(self, now: float, max_age: float) -> bool:
        # abs: after the clock was set back, the secret is due as well.
        return abs(now - self._read_at) >= max_age and abs(now - self._tried_at) >= RETRY_AFTER

    def _fetch(self) -> S:
        try:
            with raising_away("Secrets Manager"):
                content = self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")
        except Away:
            raise
        except Exception as error:
            raise SecretUnreadable(f"secret {self._secret_id} could not be read") from error
        try:
            return content_of(content, self._model)
        except WrongContent as error:
            raise SecretUnreadable(f"secret {self._secret_id} has the wrong content: {error}") from None
