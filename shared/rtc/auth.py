"""The API's two ways of authentication. Each is a requests AuthBase, applied last, to the final bytes of each try.

AK/SK: https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-provide-aksk.html
Token: https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from shared import transport
from shared.rtc import signing
from shared.rtc.answers import MAX_BODY, Answer, as_line, error_in
from shared.rtc.errors import AuthFailed, NotConnected, RtcError, Throttled
from shared.rtc.request_preview import MASK

RENEW_BEFORE_END = timedelta(minutes=5)
"""A token is not used in this time before its end. Tokens are valid for 24 hours."""


def utc_now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def _require_header_value(name: str, value: str | None) -> None:
    if value is not None and (not value or not value.isascii() or not value.isprintable() or " " in value):
        raise ValueError(f"{name} is empty or has characters that no such value has; check how it was pasted")


@dataclass(frozen=True, slots=True)
class AkSkAuth(AuthBase):
    """Signs with an access key. A temporary key has a `security_token`. The API page requires `project_id`.

    Raises ValueError for a key that can't be in a header.
    """

    access_key: str
    secret_key: str = field(repr=False)
    project_id: str
    security_token: str | None = field(default=None, repr=False)
    clock: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        for name in ("access_key", "secret_key", "project_id", "security_token"):
            _require_header_value(name, getattr(self, name))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set X-Project-Id, X-Security-Token, X-Sdk-Date, Host and Authorization on the request, and return it."""
        request.headers.update(self.sign(request).headers)
        return request

    def preview(self, request: requests.PreparedRequest) -> tuple[dict[str, str], str | None]:
        """Return the headers that signing would add, masked, and the canonical request. The request is not changed."""
        signed = self.sign(request)
        canonical_request = signed.canonical_request
        if self.security_token is not None:
            canonical_request = canonical_request.replace(self.security_token, MASK)
        names = signed.headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0]
        masked = {"Authorization": f"{signing.ALGORITHM} Access={MASK}, SignedHeaders={names}, Signature={MASK}"}
        if self.security_token is not None:
            masked["X-Security-Token"] = MASK
        return signed.headers | masked, canonical_request

    def sign(self, request: requests.PreparedRequest) -> signing.Signed:
        """Return the signed headers of the request, and the texts that were signed."""
        # User-Agent, Accept-Encoding, Connection and Content-Length are left out: proxies may rewrite them.
        headers = {"Content-Type": request.headers["Content-Type"], "X-Project-Id": self.project_id}
        if self.security_token is not None:
            headers["X-Security-Token"] = self.security_token
        body = request.body or b""
        return signing.sign(
            request.method or "",
            request.url or "",
            headers,
            body.encode() if isinstance(body, str) else body,
            access_key=self.access_key,
            secret_key=self.secret_key,
            now=self.clock(),
        )


@dataclass(frozen=True, slots=True)
class IamLogin:
    """The login that asks IAM for a token, and the project. Source: IAM's "Obtaining a User Token Through Password"."""

    endpoint: str
    domain_name: str
    user_name: str
    password: str = field(repr=False)
    project_id: str

    def __post_init__(self) -> None:
        require_endpoint("IAM's endpoint", self.endpoint)

    def body(self) -> bytes:
        """Return the JSON body of IAM's token call."""
        user = {"name": self.user_name, "password": self.password, "domain": {"name": self.domain_name}}
        identity = {"methods": ["password"], "password": {"user": user}}
        return json.dumps({"auth": {"identity": identity, "scope": {"project": {"id": self.project_id}}}}).encode()


class TokenAuth(AuthBase):
    """Sends X-Auth-Token: fetched from IAM, cached until shortly before its end, renewed once after RTC's 401.

    After a 401 nothing was done, so the request may be sent again with a new token. Raises RtcError if IAM gives no
    token: AuthFailed for a wrong login, else an error that may be retried, because RTC was not called yet.
    """

    def __init__(
        self,
        login: IamLogin,
        session: requests.Session,
        *,
        clock: Callable[[], datetime] = utc_now,
        limits: tuple[float, float] = (3.0, 10.0),
    ) -> None:
        self._login = login
        self._session = session
        self._clock = clock
        self._limits = limits
        self._token: tuple[str, datetime] | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set a valid token on the request, and return it."""
        request.headers["X-Auth-Token"] = self._current_token()
        request.hooks["response"].append(self._renew_once)
        return request

    def preview(self, request: requests.PreparedRequest) -> tuple[dict[str, str], str | None]:  # noqa: ARG002 - see AkSkAuth
        """Return the header that would be added, masked. IAM is not called, and nothing is signed."""
        return {"X-Auth-Token": MASK}, None

    def _renew_once(self, response: requests.Response, **send_options: Any) -> requests.Response:
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            return response
        response.close()
        self._token = None
        again = response.request.copy()
        again.headers["X-Auth-Token"] = self._current_token()
        # Sent by the connection, not the session: there no hook runs, so it is repeated only once.
        answer: requests.Response = response.connection.send(again, **send_options)
        answer.request = again
        return answer

    def _current_token(self) -> str:
        if self._token is None or self._clock() + RENEW_BEFORE_END >= self._token[1]:
            self._token = self._fetch()
        return self._token[0]

    def _fetch(self) -> tuple[str, datetime]:
        try:
            response = self._session.post(
                f"{self._login.endpoint}/v3/auth/tokens",
                data=self._login.body(),
                headers={"Content-Type": "application/json"},
                timeout=self._limits,
                allow_redirects=False,
                stream=True,
            )
            body = transport.read_bounded(response, MAX_BODY)
        except Exception as error:  # noqa: BLE001 - for any error on the way to IAM, RTC was not called
            raise NotConnected("token", error_msg=f"IAM gave no token: {type(error).__name__}") from None
        answer = Answer(response.status_code, transport.header(response.headers, "X-Request-Id"), body)
        token = response.headers.get("X-Subject-Token")
        if answer.status != HTTPStatus.CREATED or not token:
            raise _no_token(answer)
        return token, _end_of(answer, self._clock())


def _end_of(answer: Answer, now: datetime) -> datetime:
    """Return the token's `expires_at`, or `now` if it can't be read: then the token is used for this request only."""
    token = answer.fields().get("token")
    try:
        end = datetime.fromisoformat(token["expires_at"]) if isinstance(token, dict) else now
    except (KeyError, TypeError, ValueError):
        return now
    return end if end.tzinfo else end.replace(tzinfo=UTC)


def _no_token(answer: Answer) -> RtcError:
    error = error_in("token", answer)
    if isinstance(error, Throttled):
        return error
    own = answer.fields().get("error")
    message = own.get("message") if isinstance(own, dict) else None
    error_class = (
        AuthFailed if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR else NotConnected
    )
    return error_class(
        "token",
        status=answer.status,
        error_code=error.error_code,
        error_msg=error.error_msg or as_line(message, most=300) or "IAM gave no token",
        request_id=error.request_id,
    )


def require_endpoint(what: str, url: str) -> None:
    """Raise ValueError unless `url` is http(s)://host[:port] and nothing more."""
    if not re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", url) or not _has_a_port(url):
        raise ValueError(f"{what} has to look like https://host, without a path: {url!r}")


def _has_a_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
