"""The webhook: other systems' door. Verifies the bytes as they came, and puts orders on the queue.

    POST /hooks/{caller}     an event, signed with a key of the caller's: 202, or 200 where there is nothing to order
    GET  /orders/{order_id}  what came of it, by the link that the 202 gave
    GET  /openapi.json       the description of all this

Every other answer is a problem (functions/problems.py). Whatever a caller sends, the answer is below 500; a 503 says
that recordbot itself can't take the event just now, and to send it again under the same webhook-id.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus

import boto3
from botocore.config import Config
from pydantic import BaseModel, ValidationError

from functions import standard_webhooks
from functions.http_event import HttpRequest, HttpResponse, Unreadable, read_request
from functions.observability import Metric, count, log_keys, logger, start_logging
from functions.order_queue import connect_queue
from functions.order_records import OrderRecords
from functions.problems import Problem, problem_of
from functions.secrets import LIFETIME, Secret, WebhookSecret, connect_secrets
from functions.settings import Limits, WebhookSettings, read_settings
from functions.status_link import check_status_link, status_path
from functions.webhook_answers import Accepted, Pong, dry_run, order_status
from functions.webhook_events import EVENT, Ping, RecordingStart, RecordingStop
from functions.webhook_limits import wrong_for
from functions.webhook_openapi import openapi
from shared.order import NotQueued, Order, PerhapsQueued, ReplyTo, order_id_of

MOST_BYTES = 64_000
"""Of a body; ten streams with a push address each need some 5,000."""
_ORDER_ID = re.compile(r"/orders/([0-9A-HJKMNP-TV-Z]{12})")


def handler(event: object, context: object) -> dict[str, object]:
    """Lambda's entry point: an event of API Gateway's HTTP API (payload 2.0) to its answer."""
    function_request_id = str(getattr(context, "aws_request_id", "none"))
    with log_keys(function_request_id=function_request_id):
        try:
            response = _door().answer(event, function_request_id)
        except Exception:
            logger.exception("the door failed")
            count(Metric.DOOR_FAILED)
            response = _not_now().response(function_request_id)
    return response.as_result()


@cache
def _door() -> "Door":
    """The door, wired at cold start. Raises SettingsError."""
    start_logging("webhook", "INFO")
    settings = read_settings(WebhookSettings, os.environ)
    start_logging("webhook", settings.log_level)
    limits = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    return Door(
        secret=Secret(connect_secrets(), settings.secret_id, WebhookSecret),
        callers=settings.webhook_callers,
        records=OrderRecords(boto3.client("dynamodb", config=limits), settings.ledger_table),
        put=connect_queue(settings.order_queue_url).put,
    )


@dataclass(frozen=True, slots=True)
class Door:
    """What stands between an event and the queue. The clock is the wall's, in seconds."""

    secret: Secret[WebhookSecret]
    callers: dict[str, Limits]
    records: OrderRecords
    put: Callable[[Order], None]
    clock: Callable[[], float] = time.time

    def answer(self, event: object, function_request_id: str = "none") -> HttpResponse:
        """The answer to an event of API Gateway. Raises what keeps us from our secret or our ledger."""
        request_id = function_request_id
        try:
            request = read_request(event)
            request_id = request.request_id or function_request_id
            with log_keys(request_id=request_id):
                response = self._route(request)
        except (Problem, Unreadable) as error:
            problem = error if isinstance(error, Problem) else Problem(HTTPStatus.BAD_REQUEST, str(error))
            logger.warning("request refused", extra={"status": int(problem.status), "reason": problem.detail})
            count(Metric.REQUEST_REFUSED)
            response = problem.response(request_id)
        return _with_headers(response, request_id)

    def _route(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/openapi.json":
            _only("GET", request)
            return HttpResponse(HTTPStatus.OK, json.dumps(openapi()), "application/json")
        if request.path.startswith("/hooks/") and "/" not in request.path.removeprefix("/hooks/"):
            _only("POST", request)
            return self._take(request, request.path.removeprefix("/hooks/"))
        if of_order := _ORDER_ID.fullmatch(request.path):
            _only("GET", request)
            return self._tell(request, of_order[1])
        raise Problem(HTTPStatus.NOT_FOUND, "nothing is here: see /openapi.json")

    def _take(self, request: HttpRequest, caller: str) -> HttpResponse:
        if len(request.body) > MOST_BYTES:
            raise Problem(HTTPStatus.CONTENT_TOO_LARGE, f"a body may have {MOST_BYTES} bytes")
        secret, webhook_id = self._verified(request, caller)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the Content-Type has to be application/json")
        try:
            event = EVENT.validate_json(request.body)
        except ValidationError as error:
            raise problem_of(error) from None
        limits = self.callers[caller]
        if isinstance(event, Ping):
            return _json(HTTPStatus.OK, self._pong(request, caller, limits))
        stop = event.stop() if isinstance(event, RecordingStop) else None
        job = self.records.job(stop.job_id) if stop and stop.job_id and limits.rooms is not None else None
        if wrong := wrong_for(limits, event, job):
            raise wrong
        if isinstance(event, RecordingStart) and event.dry_run:
            return _json(HTTPStatus.OK, dry_run(event.requests()))
        order = Order(
            order_id=order_id_of(caller, webhook_id),
            requests=event.requests() if isinstance(event, RecordingStart) else (),
            stop=stop,
            requested_by=caller,
            placed_at=datetime.fromtimestamp(self.clock(), UTC),
            reply_to=ReplyTo(channel_id=event.notify.channel) if event.notify else None,
            body_digest=hashlib.sha256(request.body).hexdigest(),
        )
        placed_at = self._place(order)
        link = _origin(request) + status_path(order.order_id, placed_at, secret.status_keys[0])
        return _json(HTTPStatus.ACCEPTED, Accepted(order_id=order.order_id, status_url=link))

    def _verified(self, request: HttpRequest, caller: str) -> tuple[WebhookSecret, str]:
        """The secret in use, and the webhook-id of a request that the caller signed. Raises a Problem."""

        def verify(secret: WebhookSecret) -> tuple[WebhookSecret, str]:
            keys = secret.keys_of(caller) if caller in self.callers else ()
            return secret, standard_webhooks.verify(request.body, request.headers, keys, self.clock())

        try:
            return verify(self._secret())
        except standard_webhooks.NotSigned:
            pass
        try:
            # The key may be one that came into use since: so rotation leaves no gap.
            return verify(self._secret(max_age=0))
        except standard_webhooks.NotSigned as error:
            scheme = {"www-authenticate": "StandardWebhooks"}
            raise Problem(HTTPStatus.UNAUTHORIZED, str(error), headers=scheme) from None

    def _secret(self, *, max_age: float = LIFETIME) -> WebhookSecret:
        # Where nobody may call, nobody has filled the secret: that a stranger knocks is no failure of ours.
        return self.secret.read(max_age=max_age) if self.callers else WebhookSecret.of_nobody()

    def _place(self, order: Order) -> datetime:
        """Put the order on the queue unless the recorder knows it already; when it was placed. Raises a Problem."""
        with log_keys(order_id=order.order_id, caller=order.requested_by):
            known = self.records.read(order.order_id)
            if known is not None:
                if known.asked.body_digest != order.body_digest:
                    raise Problem(HTTPStatus.CONFLICT, "another body came under this webhook-id before")
                logger.info("order known already")
                return known.asked.placed_at
            try:
                self.put(order)
            except (NotQueued, PerhapsQueued):
                logger.exception("order not queued")
                count(Metric.ORDER_NOT_QUEUED)
                raise _not_now() from None
            logger.info("order placed")
            count(Metric.ORDER_PLACED)
            return order.placed_at

    def _pong(self, request: HttpRequest, caller: str, limits: Limits) -> Pong:
        return Pong(
            caller=caller,
            clock_ahead_seconds=int(request.headers["webhook-timestamp"]) - int(self.clock()),
            rooms=None if limits.rooms is None else sorted(limits.rooms),
            channels=None if limits.channels is None else sorted(limits.channels),
        )

    def _tell(self, request: HttpRequest, order_id: str) -> HttpResponse:
        now = datetime.fromtimestamp(self.clock(), UTC)
        check_status_link(order_id, request.query, self._secret().status_keys, now)
        return _json(HTTPStatus.OK, order_status(order_id, self.records.read(order_id)))


def _only(method: str, request: HttpRequest) -> None:
    if request.method != method:
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, f"only {method} is possible here", headers={"allow": method})


def _origin(request: HttpRequest) -> str:
    scheme = "http" if request.headers.get("x-forwarded-proto") == "http" else "https"
    return f"{scheme}://{request.headers.get('host', 'localhost')}"


def _json(status: HTTPStatus, content: BaseModel) -> HttpResponse:
    return HttpResponse(status, content.model_dump_json(), "application/json")


def _not_now() -> Problem:
    again = "recordbot can't take this just now; send it again under the same webhook-id: nothing is done twice"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, again, headers={"retry-after": "30"})


def _with_headers(response: HttpResponse, request_id: str) -> HttpResponse:
    # An answer may hold a link that opens an order's status: no cache keeps it.
    own = {"x-request-id": request_id, "cache-control": "no-store"}
    return HttpResponse(response.status, response.body, response.content_type, {**own, **response.headers})
