"""Who may call the API, and how often: signatures, tokens and the throttle, as the gateway has them."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from local.http_message import Request
from local.rtc.credentials import Credentials
from local.rtc.iam import Tokens
from local.rtc.refusal import Refused
from local.rtc.signature import Key, SignatureCheck


class Admission:
    """Admits calls. Not thread-safe: its owner has the lock."""

    def __init__(self, credentials: Credentials, clock: Callable[[], datetime], calls_per_second: int | None) -> None:
        self.tokens = Tokens(credentials, clock)
        self._credentials = credentials
        self._clock = clock
        self._calls_per_second = calls_per_second
        self._recent: deque[datetime] = deque(maxlen=calls_per_second)
        self.check_signatures()

    def check_signatures(self, *, wrong_key: bool = False, clock_ahead: timedelta = timedelta(0)) -> None:
        """Check signatures as usual, or with another secret key or a clock that is ahead. Unlock all keys."""
        made_up = self._credentials
        keys = {
            made_up.access_key: Key(made_up.secret_key),
            made_up.temporary_access_key: Key(made_up.temporary_secret_key, made_up.security_token),
        }
        if wrong_key:
            keys = {name: replace(key, secret_key=key.secret_key[::-1]) for name, key in keys.items()}
        self._signatures = SignatureCheck(keys, lambda: self._clock() + clock_ahead)

    def admit(self, request: Request) -> None:
        """Raise Refused unless the request is signed, or has a token."""
        if "Authorization" in request.headers:
            self._signatures.verify(request)
            # guess: how RTC refuses a missing or another project. Table 2 only says that AK/SK needs it.
            project_id = request.headers.get("X-Project-Id")
            if not project_id:
                raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001005", "X-Project-Id")
            if project_id != self._credentials.project_id:
                raise Refused(HTTPStatus.UNAUTHORIZED, "APIGW.0301", "x-project-id is not this key's")
        elif "X-Auth-Token" in request.headers:
            self.tokens.check(request.headers.get("X-Auth-Token"))
        else:
            raise Refused(HTTPStatus.UNAUTHORIZED, "APIGW.0301", "neither Authorization nor x-auth-token is given")

    def throttle(self, now: datetime) -> None:
        """Raise Refused if too many calls were made in the last second."""
        if self._calls_per_second is None:
            return
        if len(self._recent) == self._calls_per_second and now - self._recent[0] < timedelta(seconds=1):
            why = f"limit: {self._calls_per_second}, time: 1 second"
            # guess: the answer to a throttled call, from the gateway's error table; RTC's pages don't have one.
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "APIGW.0308", why)
        self._recent.append(now)
