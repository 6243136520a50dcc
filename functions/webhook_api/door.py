"""The webhook's door: it verifies the raw bytes, and puts orders on the queue.

POST /hooks/{caller}     an event, signed with a key of the caller's: 202 for an order, 200 for a ping or a dry run
GET  /orders/{order_id}  the order's status, by the link that the 202 gave
GET  /recordings         a caller's own live recordings, signed with a key of the caller's
POST /rtc/callbacks      what RTC says about a job, signed with the app's callback key: 200
GET  /openapi.json       the description of this API

Where GET is possible, HEAD is too: functions/webhook.py leaves out the body.
"""

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from pydantic import BaseModel

from functions.aws.away import Away
from functions.aws.observability import log_keys, logger
from functions.aws.queue import place
from functions.aws.secrets import LIFETIME, Secret
from functions.http import standard_webhooks
from functions.http.api_gateway import HttpRequest, HttpResponse
from functions.http.verification import NotSigned, verify_with_rotation
from functions.ledger.ledger import Ledger
from functions.webhook_api import own_recordings
from functions.webhook_api.answers import MAY_RECORD_NOTHING, Accepted, Pong, dry_run
from functions.webhook_api.body import event_in
from functions.webhook_api.callbacks import CallbackDoor
from functions.webhook_api.configuration import WebhookSecret
from functions.webhook_api.description import description
from functions.webhook_api.events import Ping
from functions.webhook_api.order_status import order_status
from functions.webhook_api.problems import Problem, not_now
from functions.webhook_api.rights import require_right, rules_of
from functions.webhook_api.status_link import read_status_link, status_path
from functions.webhook_api.times import wrong_times
from shared.actors import Actor, Through
from shared.log_events import LogEvent
from shared.order_ids import order_id_of
from shared.orders import Action, NotQueued, Order, PerhapsQueued, Start, Stop
from shared.slack_refs import ReplyTo
from shared.team import InForce

MOST_BYTES = 64_000
"""The most bytes of a body; ten streams with a push address each need about 5,000."""
_ORDER_ID = re.compile(r"/orders/([0-9A-HJKMNP-TV-Z]{24})")
_ANOTHER_BODY = "another body came under this webhook-id before"


@dataclass(frozen=True, slots=True)
class Door:
    """Verifies requests, puts orders on the queue and reads their status. The clock gives Unix time in seconds."""

    secret: Secret[WebhookSecret]
    team: Callable[[], InForce]
    """Returns the team's configuration."""
    ledger: Ledger
    put: Callable[[Order], None]
    clock: Callable[[], float] = time.time
    record_rule_id: str = ""
    """The recording rule for starts that name none; empty for none."""
    callbacks: CallbackDoor | None = None
    """None if RTC does not call back."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request. Raises Problem, or an error of the secret or the ledger."""
        if request.path == "/openapi.json":
            _only(request, "GET", "HEAD")
            return HttpResponse(HTTPStatus.OK, description(), "application/json")
        if request.path.startswith("/hooks/") and "/" not in request.path.removeprefix("/hooks/"):
            _only(request, "POST")
            return self._accept_event(request, request.path.removeprefix("/hooks/"))
        if request.path == "/rtc/callbacks" and self.callbacks is not None:
            _only(request, "POST")
            return self.callbacks.answer(request)
        if request.path == own_recordings.PATH:
            _only(request, "GET", "HEAD")
            return self._own_recordings(request)
        if of_order := _ORDER_ID.fullmatch(request.path):
            _only(request, "GET", "HEAD")
            return self._order_status(request, of_order[1])
        raise Problem(HTTPStatus.NOT_FOUND, "nothing is here: see /openapi.json")

    def _accept_event(self, request: HttpRequest, caller: str) -> HttpResponse:
        if len(request.body) > MOST_BYTES:
            raise Problem(HTTPStatus.CONTENT_TOO_LARGE, f"a body may have at most {MOST_BYTES} bytes")
        secret, webhook_id = self._verify(
            request,
            lambda secret: standard_webhooks.verify(
                request.body, request.headers, self._keys(secret).get(caller, ()), self.clock()
            ),
        )
        event = event_in(request)
        if isinstance(event, Ping):
            return _json(HTTPStatus.OK, self._pong(request, caller))
        actor = Actor(kind="webhook_caller", id=caller)
        now = datetime.fromtimestamp(self.clock(), UTC)
        action = event.action()
        warning = None
        if isinstance(action, Start):
            action = action.with_rule(self.record_rule_id)
            warning = MAY_RECORD_NOTHING if action.may_record_nothing else None
        job_id = action.job_id if isinstance(action, Stop) else None
        recording = None if job_id is None else self.ledger.recordings.of_job(job_id)
        require_right(actor, event, recording, self.team(), now)
        if isinstance(action, Start) and action.dry_run:
            self._require_times(action)
            return _json(HTTPStatus.OK, dry_run(action.requests, warning))
        digest = hashlib.sha256(request.body).hexdigest()
        order = Order(
            order_id=order_id_of(caller, webhook_id),
            actor=actor,
            action=action,
            placed_at=now,
            reply_to=ReplyTo(channel_id=event.notify.channel) if event.notify else None,
            body_digest=digest,
            through=Through.WEBHOOK,
        )
        placed_at = self._place(order)
        link = _origin(request) + status_path(
            order.order_id, digest, _begins_at(action, placed_at), secret.status_keys[0]
        )
        return _json(HTTPStatus.ACCEPTED, Accepted(order_id=order.order_id, status_url=link, warning=warning))

    def _own_recordings(self, request: HttpRequest) -> HttpResponse:
        if request.body:
            raise Problem(HTTPStatus.BAD_REQUEST, "this request has no body: sign id.timestamp. with nothing behind it")
        secret, caller = self._verify(
            request, lambda secret: standard_webhooks.signer(request.headers, self._keys(secret), self.clock())
        )
        now = datetime.fromtimestamp(self.clock(), UTC)
        page = own_recordings.Page.asked_for(request.query, caller, secret.status_keys, now)
        found = self.ledger.recordings.followed(own_recordings.MOST_READ)
        url = _origin(request) + own_recordings.PATH
        return _json(HTTPStatus.OK, own_recordings.page_of(found, caller, page, url, secret.status_keys[0], now))

    def _require_rules(self) -> None:
        if self.team().is_unreadable:
            raise Away("the team's rules can't be read")

    def _keys(self, secret: WebhookSecret) -> dict[str, tuple[bytes, ...]]:
        """Return the keys of each caller that the team's rules name."""
        return {name: secret.keys_of(name) for name in sorted(self.team().team.known_callers)}

    def _verify(self, request: HttpRequest, verify: Callable[[WebhookSecret], str]) -> tuple[WebhookSecret, str]:
        """Return the current secret, and what `verify` learns of a request that a caller signed. Raises Problem."""
        try:
            # A scanner's request is refused before the rules and the secret are read.
            standard_webhooks.require_form(request.headers, self.clock())
            self._require_rules()
            return verify_with_rotation(self._read_secret, lambda secret: (secret, verify(secret)))
        except NotSigned as error:
            scheme = {"www-authenticate": "StandardWebhooks"}
            raise Problem(HTTPStatus.UNAUTHORIZED, str(error), headers=scheme) from None

    def _read_secret(self, *, max_age: float = LIFETIME) -> WebhookSecret:
        # Without callers the secret may be empty, so it is not read.
        rules = self.team()
        may_have_callers = rules.is_unreadable or rules.team.known_callers
        return self.secret.read(max_age=max_age) if may_have_callers else WebhookSecret.of_nobody()

    def _place(self, order: Order) -> datetime:
        """Put the order on the queue, unless the ledger has it. Return when it was placed. Raises Problem."""
        with log_keys(order_id=order.order_id):
            known = self.ledger.orders.placed(order.order_id)
            if known is not None:
                if not known.is_of(order):
                    raise Problem(HTTPStatus.CONFLICT, _ANOTHER_BODY)
                logger.info(LogEvent.ORDER_KNOWN)
                return known.placed_at
        self._require_times(order.action)  # an event that is sent again may be about a time that is past by now
        try:
            place(order, self.put)
        except (NotQueued, PerhapsQueued):
            raise not_now("POST") from None
        return order.placed_at

    def _require_times(self, action: Action) -> None:
        now = datetime.fromtimestamp(self.clock(), UTC)
        if isinstance(action, Start) and (wrong := wrong_times(action, now)):
            raise wrong

    def _pong(self, request: HttpRequest, caller: str) -> Pong:
        team = self.team().team
        rules = () if f"caller:{caller}" in team.operators else rules_of(caller, team)
        return Pong(
            caller=caller,
            clock_ahead_seconds=int(request.headers["webhook-timestamp"]) - int(self.clock()),
            rooms=_together([rule.rooms for rule in rules]),
            channels=_together([rule.where for rule in rules]),
        )

    def _order_status(self, request: HttpRequest, order_id: str) -> HttpResponse:
        try:
            link = verify_with_rotation(
                self._read_secret, lambda secret: read_status_link(order_id, request.query, secret.status_keys)
            )
        except NotSigned as error:
            raise Problem(HTTPStatus.NOT_FOUND, str(error)) from None
        now = datetime.fromtimestamp(self.clock(), UTC)
        if now >= link.ends:
            raise Problem(HTTPStatus.GONE, "a link to an order's status ends after a week")
        record = self.ledger.orders.read(order_id)
        if record.placed is not None and not record.placed.body_digest.startswith(link.body):
            raise Problem(HTTPStatus.CONFLICT, f"{_ANOTHER_BODY}, and only that one is processed")
        return _json(HTTPStatus.OK, order_status(order_id, record, link.placed_by, now))


def _together(limits: Sequence[tuple[str, ...] | None]) -> list[str] | None:
    """Return what any of the rules allows; None for all, as for operators, who need no rule."""
    if None in limits or not limits:
        return None
    return sorted({value for limit in limits for value in limit or ()})


def _begins_at(action: Action, placed_at: datetime) -> datetime:
    start_at = action.start_at if isinstance(action, Start) else None
    return placed_at if start_at is None else max(placed_at, start_at)


def _only(request: HttpRequest, *methods: str) -> None:
    if request.method not in methods:
        what = f"only {' and '.join(methods)} {'is' if len(methods) == 1 else 'are'} possible here"
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, what, headers={"allow": ", ".join(methods)})


def _origin(request: HttpRequest) -> str:
    scheme = "http" if request.headers.get("x-forwarded-proto") == "http" else "https"
    host = request.headers.get("host", "")
    if not request.domain:
        return f"{scheme}://{host}"
    # The caller sets the Host header, so only its port is used: the gateway of a local system has one. `sam local
    # start-api` says that its domain is localhost, whichever name the caller used.
    in_host = re.search(r":([0-9]{1,5})$", host)
    port = in_host[1] if in_host else request.headers.get("x-forwarded-port", "")
    is_needed = re.fullmatch("[0-9]{1,5}", port) and port != {"http": "80", "https": "443"}[scheme]
    return f"{scheme}://{request.domain}{f':{port}' if is_needed else ''}"


def _json(status: HTTPStatus, content: BaseModel) -> HttpResponse:
    return HttpResponse(status, content.model_dump_json(), "application/json")
