"""The webhook's Lambda handler: it builds the door of other systems, and answers every request.

The door is in functions/webhook_api/door.py. Every answer that isn't a success is a problem
(functions/webhook_api/problems.py). A mistake of the caller's gives a status below 500. A 503 means that recordbot
itself can't process the request just now.
"""

from functions.aws.cold_start import end_cold_start  # before all others: they are imported without the collector

# isort: split
import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from http import HTTPStatus

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import clients
from functions.aws.away import Away
from functions.aws.observability import Metric, count, log_keys, logged, logger
from functions.aws.queue import connect_queue
from functions.aws.secrets import Secret, connect_secrets
from functions.aws.settings import read_settings
from functions.http.api_gateway import HttpResponse, Unreadable, read_request, text_in
from functions.ledger.ledger import open_ledger
from functions.ledger.team_in_force import TeamInForce
from functions.webhook_api.callbacks import CallbackDoor
from functions.webhook_api.configuration import WebhookSecret, WebhookSettings
from functions.webhook_api.door import Door
from functions.webhook_api.problems import Problem, not_now
from shared.log_events import LogEvent

CALLBACK_LIMITS = (0.3, 0.5)
"""Seconds to connect to the queue, and to be answered, for a callback: a warm door that has the secret answers RTC
within a second, unless the queue fails at once and is asked again."""
_CALLER = re.compile(r"/hooks/([a-z][a-z0-9-]{0,31})")


@logged
def handler(event: object, context: LambdaContext) -> dict[str, object]:
    """Answer an event of API Gateway's HTTP API (payload 2.0)."""
    return answer(event, _door, context.aws_request_id).as_result()


@cache
def _door() -> Door:
    """Return the door, built once, at the cold start. Raises SettingsError."""
    settings = read_settings(WebhookSettings, os.environ)
    secret = Secret(connect_secrets(), settings.secret_id, WebhookSecret)
    queue = connect_queue(settings.order_queue_url)
    callbacks = None
    if settings.rtc_callbacks:
        quick = connect_queue(settings.order_queue_url, CALLBACK_LIMITS)
        callbacks = CallbackDoor(secret, settings.rtc_app_id, quick.put, time.time)
    dynamodb = clients.connect("dynamodb", clients.Limits(connect=1, read=2, tries=2))
    ledger = open_ledger(dynamodb, settings.ledger_table, settings.rtc_app_id)
    return Door(
        secret=secret,
        team=TeamInForce(lambda: ledger.configurations).read,
        ledger=ledger,
        put=queue.put,
        record_rule_id=settings.record_rule_id,
        callbacks=callbacks,
    )


def answer(event: object, open_door: Callable[[], Door], function_request_id: str = "none") -> HttpResponse:
    """Return the door's answer to an event of API Gateway, or a problem. Both have a request id."""
    request_id = text_in(event, "requestContext", "requestId") or function_request_id
    caller = _CALLER.fullmatch(text_in(event, "rawPath"))
    with log_keys(request_id=request_id, **({"caller": caller[1]} if caller else {})):
        try:
            response = open_door().answer(read_request(event))
        except Problem as problem:
            response = _report_refusal(problem).response(request_id)
        except Unreadable as error:
            response = _report_refusal(Problem(HTTPStatus.BAD_REQUEST, str(error)), unreadable=True).response(
                request_id
            )
        except Exception as error:
            if isinstance(error, Away):
                logger.warning(LogEvent.AWS_AWAY, extra={"reason": str(error)})
            else:
                logger.exception(LogEvent.DOOR_FAILED)
            count(Metric.DOOR_FAILED)
            response = not_now(text_in(event, "requestContext", "http", "method")).response(request_id)
    if text_in(event, "requestContext", "http", "method") == "HEAD":
        response = replace(response, body="")
    # An answer may hold a link to an order's status, so no cache may keep it.
    own = {"x-request-id": request_id, "cache-control": "no-store"}
    return replace(response, headers={**own, **response.headers})


def _report_refusal(problem: Problem, *, unreadable: bool = False) -> Problem:
    logger.warning(LogEvent.REQUEST_REFUSED, extra={"status": int(problem.status), "reason": problem.detail})
    if unreadable or problem.status is HTTPStatus.UNAUTHORIZED:
        count(Metric.REQUEST_REFUSED)
    return problem


end_cold_start(_door)
