"""The versions of a secret: read the current one, and put another in its place only if it is still the current one.

A new version is first put as AWSPENDING, which no function reads. Then AWSCURRENT moves to it, from the version that
was read. Secrets Manager refuses that move if somebody else has put a version meanwhile.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from functions.aws.secret_parts import WrongContent, content_of
from ops.deployment import Deployment, one_line
from ops.errors import NotThere, OpsConflict, OpsError
from shared.strict_json import NotJson, read_json

_CURRENT, _PENDING = "AWSCURRENT", "AWSPENDING"

type Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a secret, with what it holds."""

    version_id: str
    document: Document = field(repr=False)
    put_at: datetime


class StoredSecret:
    """One of the deployment's three secrets, by the name of its output without Arn."""

    def __init__(self, deployment: Deployment, name: str, model: type[BaseModel]) -> None:
        self._deployment = deployment
        self.name = name
        self._id = deployment.output(f"{name}Arn")
        self._model = model
        self._client = deployment.client("secretsmanager")

    def current(self) -> Version:
        """Return the version that the functions read. Raises OpsError, also if its content can't be used."""
        found = self._read(_CURRENT)
        if found is None:
            raise OpsError(f"{self._where} is not filled: fill it first, as docs/operations.md (3) says")
        self.require_valid(found.document)
        return found

    def pending(self, current: Version) -> Version | None:
        """Return the version that was put and never became the current one, if there is one. Raises OpsError."""
        found = self._read(_PENDING)
        return None if found is None or found.version_id == current.version_id else found

    def put_pending(self, document: Mapping[str, Any]) -> str:
        """Store a version that no function reads yet, and return its id. Raises OpsError."""
        self.require_valid(document)
        with one_line(self._deployment.name):
            answer = self._client.put_secret_value(
                SecretId=self._id, SecretString=json.dumps(document), VersionStages=[_PENDING]
            )
        return str(answer["VersionId"])

    def make_current(self, version_id: str, over: Version) -> None:
        """Let the functions read that version, if they read the version `over` now.

        Raises OpsConflict if somebody else has put one, and OpsError.
        """
        try:
            with one_line(self._deployment.name):
                self._client.update_secret_version_stage(
                    SecretId=self._id,
                    VersionStage=_CURRENT,
                    MoveToVersionId=version_id,
                    RemoveFromVersionId=over.version_id,
                )
        except OpsError:
            now = self._read(_CURRENT)
            if now is None or now.version_id == over.version_id:
                raise
            if now.version_id != version_id:  # else it is done, and only the answer was lost
                raise OpsConflict(
                    f"{self._where}: somebody else has put another version meanwhile, so nothing was changed: "
                    "run it again"
                ) from None

    def require_valid(self, document: Mapping[str, Any]) -> None:
        """Raise OpsError unless the functions can use the document. No value is repeated."""
        try:
            content_of(json.dumps(document), self._model)
        except WrongContent as error:
            raise OpsError(f"{self._where} would have the wrong content: {error}") from None

    @property
    def _where(self) -> str:
        return f"{self._deployment.name}: {self.name}"

    def _read(self, stage: str) -> Version | None:
        try:
            with one_line(self._deployment.name):
                found = self._client.get_secret_value(SecretId=self._id, VersionStage=stage)
        except NotThere:
            return None
        try:
            document = read_json(found.get("SecretString", "").removeprefix("\ufeff"))
        except NotJson as error:
            raise OpsError(f"{self._where} has the wrong content: it is no JSON: {error}") from None
        if not isinstance(document, dict):
            raise OpsError(f"{self._where} has the wrong content: it is no JSON object")
        return Version(found["VersionId"], document, found["CreatedDate"])
