"""The door of RTC's callbacks: it verifies the raw bytes, and puts a check of the job on the queue."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from functions.aws.observability import logger
from functions.aws.secrets import Secret
from functions.http import rtc_signature
from functions.http.api_gateway import HttpRequest, HttpResponse
from functions.http.verification import NotSigned, verify_with_rotation
from functions.webhook_api.configuration import WebhookSecret
from functions.webhook_api.problems import Problem, not_now
from shared.actors import RTC, Through
from shared.log_events import LogEvent
from shared.order_ids import order_id_of
from shared.orders import Callback, NotQueued, Order, PerhapsQueued
from shared.rtc.callbacks import NotACallback, read_callback

MOST_BYTES = 64_000
"""The most bytes of a body: a callback has under 2,000."""


@dataclass(frozen=True, slots=True)
class CallbackDoor:
    """Takes RTC's callbacks about one app. The clock gives Unix time in seconds."""

    secret: Secret[WebhookSecret]
    app_id: str
    put: Callable[[Order], None]
    clock: Callable[[], float]

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer 200 to what RTC has signed, whether or not recordbot knows the job. Raises Problem.

        The same callback always has the same order id, so what came twice can be seen in the log.
        """
        if len(request.body) > MOST_BYTES:
            raise Problem(HTTPStatus.CONTENT_TOO_LARGE, f"a body may have at most {MOST_BYTES} bytes")
        self._verify(request)
        try:
            said = read_callback(request.body)
        except NotACallback as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        is_ours = said.job_id is not None and said.app_id in {None, self.app_id}
        if is_ours:
            order = Order(
                order_id=order_id_of("RTC", hashlib.sha256(request.body).hexdigest()),
                actor=RTC,
                action=Callback(said=said),
                placed_at=datetime.fromtimestamp(self.clock(), UTC),
                through=Through.CALLBACK,
            )
            try:
                self.put(order)
            except (NotQueued, PerhapsQueued) as error:
                logger.exception(error.log_event)
                raise not_now("POST") from None
        facts = {"event_type": said.event_type, "job_id": said.job_id, "is_ours": is_ours}
        logger.info(LogEvent.CALLED_BACK, extra=facts)
        return HttpResponse(HTTPStatus.OK)

    def _verify(self, request: HttpRequest) -> None:
        now = self.clock()
        try:
            # A scanner's request is refused before the secret is read.
            rtc_signature.require_form(request.headers, now)
            verify_with_rotation(
                self.secret.read,
                lambda secret: rtc_signature.verify(request.body, request.headers, secret.callback_keys, now),
            )
        except NotSigned as error:
            raise Problem(HTTPStatus.UNAUTHORIZED, str(error), headers={"www-authenticate": "Rtc"}) from None
