"""IAM's token call: returns a token for a user's name and password, valid for 24 hours."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from local.http_message import Answer, Request
from local.rtc.credentials import Credentials
from local.rtc.parameters import read_object
from local.rtc.refusal import Refused

TOKEN_LIFE = timedelta(hours=24)


class Tokens:
    """Issues and checks tokens. Not thread-safe: its owner has the lock."""

    def __init__(self, credentials: Credentials, clock: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._clock = clock
        self._expiry: dict[str, datetime] = {}

    def issue(self, request: Request) -> Answer:
        """Answer a login: 201, with the token in X-Subject-Token. Raises Refused (400 or 401)."""
        login = read_object(request.body)
        # guess: the scope is a project. IAM's worked example of a token has a domain.
        if _at(login, "auth", "identity", "methods") != ["password"] or not _at(login, "auth", "scope", "project"):
            raise Refused(HTTPStatus.BAD_REQUEST, "IAM", "Expecting a password login in the scope of a project.")
        account = _at(login, "auth", "identity", "password", "user")
        project = _at(login, "auth", "scope", "project")
        known = self._credentials
        if (_at(account, "domain", "name"), _at(account, "name"), _at(account, "password")) != (
            known.iam_domain,
            known.iam_user,
            known.iam_password,
        ):
            raise Refused(HTTPStatus.UNAUTHORIZED, "IAM", "The username or password is wrong.")
        if _at(project, "id") != known.project_id and _at(project, "name") != known.region:
            raise Refused(HTTPStatus.UNAUTHORIZED, "IAM", "The user has no such project.")
        return self._issue()

    def check(self, token: str) -> None:
        """Raise Refused (401) unless the token was issued here and is still valid."""
        # guess: the gateway's code for a token, from its error table; it has APIGW.0307 as well.
        expiry = self._expiry.get(token)
        if expiry is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, "APIGW.0301", "decrypt token fail")
        if self._clock() >= expiry:
            raise Refused(HTTPStatus.UNAUTHORIZED, "APIGW.0301", "the token has expired")

    def revoke(self) -> None:
        """Revoke every token, as a change of the user's permissions does."""
        self._expiry.clear()

    def _issue(self) -> Answer:
        token, now = secrets.token_urlsafe(96), self._clock()
        self._expiry[token] = now + TOKEN_LIFE
        known = self._credentials
        domain = {"name": known.iam_domain}
        document = {
            "token": {
                "methods": ["password"],
                "issued_at": _time(now),
                "expires_at": _time(self._expiry[token]),
                "user": {"name": known.iam_user, "domain": domain},
                "project": {"id": known.project_id, "name": known.region, "domain": domain},
            }
        }
        return Answer.of_json(HTTPStatus.CREATED, document, (("X-Subject-Token", token),))


def _at(document: object, *names: str) -> object:
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
