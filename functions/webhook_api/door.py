"""The webhook's door: verifies the bytes as they came, and puts orders on the queue.

POST /hooks/{caller}     an event, signed with a key of the caller's: 202, or 200 where there is nothing to order
GET  /orders/{order_id}  what came of it, by the link that the 202 gave
GET  /openapi.json       the description of all this
"""

import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from pydantic import BaseModel

from functions.aws.observability import Metric, count, log_keys, logger
from functions.aws.secrets import LIFETIME, Secret
from functions.http import standard_webhooks
from functions.http.api_gateway import HttpRequest, HttpResponse
from functions.ledger.orders import OrderRecords
from functions.webhook_api.answers import Accepted, Pong, dry_run, order_status
from functions.webhook_api.body import event_in
from functions.webhook_api.configuration import Limits, WebhookSecret
from functions.webhook_api.events import Ping, RecordingStart, RecordingStop
from functions.webhook_api.limits import wrong_for
from functions.webhook_api.openapi import openapi
from functions.webhook_api.problems import Problem, not_now
from functions.webhook_api.status_link import read_status_link, status_path
from shared.orders import NotQueued, Order, PerhapsQueued, order_id_of
from shared.slack_refs import ReplyTo

MOST_BYTES = 64_000
"""Of a body; ten streams with a push address each need some 5,000."""
_ORDER_ID = re.compile(r"/orders/([0-9A-HJKMNP-TV-Z]{24})")
_ANOTHER_BODY = "another body came under this webhook-id before"


@dataclass(frozen=True, slots=True)
class Door:
    """What stands between an event and the queue. The clock is the wall's, in seconds."""

    secret: Secret[WebhookSecret]
    callers: dict[str, Limits]
    records: OrderRecords
    put: Callable[[Order], None]
    clock: Callable[[], float] = time.time

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request. Raises a Problem, and whatever keeps us from our secret or our ledger."""
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
        event = event_in(request)
        limits = self.callers[caller]
        if isinstance(event, Ping):
            return _json(HTTPStatus.OK, self._pong(request, caller, limits))
        stop = event.stop() if isinstance(event, RecordingStop) else None
        job = self.records.job(stop.job_id) if stop and stop.job_id and limits.rooms is not None else None
        if wrong := wrong_for(limits, event, job):
            raise wrong
        if isinstance(event, RecordingStart) and event.dry_run:
            return _json(HTTPStatus.OK, dry_run(event.requests()))
        digest = hashlib.sha256(request.body).hexdigest()
        order = Order(
            order_id=order_id_of(caller, webhook_id),
            requests=event.requests() if isinstance(event, RecordingStart) else (),
            stop=stop,
            requested_by=caller,
            placed_at=datetime.fromtimestamp(self.clock(), UTC),
            reply_to=ReplyTo(channel_id=event.notify.channel) if event.notify else None,
            body_digest=digest,
        )
        placed_at = self._place(order)
        link = _origin(request) + status_path(order.order_id, digest, placed_at, secret.status_keys[0])
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
        with log_keys(order_id=order.order_id):
            known = self.records.asked(order.order_id)
            if known is not None:
                if not known.is_of(order):
                    raise Problem(HTTPStatus.CONFLICT, _ANOTHER_BODY)
                logger.info("order known already")
                return known.placed_at
            try:
                self.put(order)
            except (NotQueued, PerhapsQueued):
                logger.exception("order not queued")
                count(Metric.ORDER_NOT_QUEUED)
                raise not_now("POST") from None
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
        link = read_status_link(order_id, request.query, self._secret().status_keys)
        # The key may be one that came into use since, and that another instance of us has made a link with.
        link = link or read_status_link(order_id, request.query, self._secret(max_age=0).status_keys)
        if link is None:
            raise Problem(HTTPStatus.NOT_FOUND, "no such order, or the link to it isn't whole")
        now = datetime.fromtimestamp(self.clock(), UTC)
        if now >= link.ends:
            raise Problem(HTTPStatus.GONE, "a link to an order's status ends after a week")
        record = self.records.read(order_id)
        if record is not None and not record.asked.body_digest.startswith(link.body):
            raise Problem(HTTPStatus.CONFLICT, f"{_ANOTHER_BODY}, and is what was done")
        return _json(HTTPStatus.OK, order_status(order_id, record, link.placed_by, now))


def _only(method: str, request: HttpRequest) -> None:
    if request.method != method:
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, f"only {method} is possible here", headers={"allow": method})


def _origin(request: HttpRequest) -> str:
    scheme = "http" if request.headers.get("x-forwarded-proto") == "http" else "https"
    # The Host header is the caller's; all that counts of it is a port, which the gateway has on one machine.
    host = request.headers.get("host", "")
    is_ours = not request.domain or host.partition(":")[0] == request.domain
    return f"{scheme}://{host if is_ours else request.domain}"


def _json(status: HTTPStatus, content: BaseModel) -> HttpResponse:
    return HttpResponse(status, content.model_dump_json(), "application/json")
