"""Verify the raw bytes of Slack's requests, and let Bolt answer them.

Bolt's own Lambda adapter is not used: docs/decisions/0005-a-door-without-bolts-adapter.md says why.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from slack_bolt import App, BoltRequest

from functions.aws.observability import Metric, count, logger, start_logging
from functions.aws.secrets import Secret
from functions.http.api_gateway import HttpRequest, HttpResponse, Unreadable, read_request
from functions.http.slack_content import is_ssl_check, read_content
from functions.http.slack_secret import SlackSecret
from functions.http.slack_signature import could_be_signed, is_signed
from functions.http.verification import NotSigned, verify_with_rotation
from shared.log_events import LogEvent


class Door:
    """Verifies requests and hands them to the Bolt app."""

    def __init__(self, app: App, secret: Secret[SlackSecret], clock: Callable[[], float] = time.time) -> None:
        self._app = app
        self._secret = secret
        self._clock = clock

    def read_secret(self) -> None:
        """Read the secret, so that the first person doesn't wait for it. Raises SecretUnreadable or Away."""
        start_logging()  # without it the libraries may log the call as they like
        self._secret.read()

    def answer(self, event: object) -> HttpResponse:
        """Answer an event of API Gateway. Raises SecretUnreadable or Away while there is no secret to verify with."""
        try:
            request = read_request(event)
            if self._is_slacks(request):
                return self._dispatch_verified(read_content(request))
            if is_ssl_check(request):
                return HttpResponse(HTTPStatus.OK)
            return _refuse(HTTPStatus.UNAUTHORIZED, "not signed by Slack")
        except Unreadable as error:
            return _refuse(HTTPStatus.BAD_REQUEST, str(error))

    def _is_slacks(self, request: HttpRequest) -> bool:
        now = self._clock()
        if not could_be_signed(request.headers, now):
            return False  # an unsigned request must not cause a read of the secret, or an alarm if there is none

        def verify(secret: SlackSecret) -> None:
            if not is_signed(request.body, request.headers, secret.signing_secrets, now):
                raise NotSigned

        try:
            verify_with_rotation(self._secret.read, verify)
        except NotSigned:
            return False
        return True

    def _dispatch_verified(self, body: dict[str, Any]) -> HttpResponse:
        # This mode skips Bolt's own verification, and its parsing, which loses a form with the word "payload". Only
        # this method makes such a request, from a request that is verified.
        try:
            answered = self._app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        except Exception as error:
            # An error in a listener is answered by the app, so this one is Bolt's.
            raise Unreadable("the payload is nothing that Slack sends") from error
        if answered.status == HTTPStatus.BAD_REQUEST:
            raise Unreadable(answered.body)
        return HttpResponse(HTTPStatus(answered.status), answered.body, answered.first_headers()["content-type"])


def _refuse(status: HTTPStatus, why: str) -> HttpResponse:
    logger.warning(LogEvent.REQUEST_REFUSED, extra={"status": int(status), "reason": why})
    count(Metric.REQUEST_REFUSED)
    return HttpResponse(status, why)
