"""Slack's Lambda handler: it builds the door and the parts that it uses, and answers every request.

    200  every answer for a person, errors as well: for any other status Slack shows a message of its own
    401  the request is not signed by Slack, or was signed too long ago
    400  the request can't be read

Slack's rules: https://docs.slack.dev/interactivity/implementing-slash-commands/.
"""

from functions.aws.cold_start import end_cold_start  # before all others: they are imported without the collector

# isort: split
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import cache, lru_cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field, StringConstraints

from bot.app import create_app
from bot.conversation import Conversation
from bot.messages import replies
from functions.aws import clients
from functions.aws.away import Away
from functions.aws.observability import Metric, count, logged, logger
from functions.aws.queue import connect_queue, place
from functions.aws.refusal_log import note_refusal
from functions.aws.secrets import Secret, connect_secrets
from functions.aws.settings import Name, RecordRuleId, Settings, Url, UrlPrefix, read_settings
from functions.http.api_gateway import HttpResponse
from functions.http.slack_door import Door
from functions.http.slack_secret import SlackSecret
from functions.ledger.ledger import open_ledger
from functions.ledger.shown_recordings import ShownRecordings
from functions.ledger.team_in_force import TeamInForce
from shared.log_events import LogEvent
from shared.orders import Order, Release, Start
from shared.questions import NOT_SAID, Need, Person
from shared.recordings import Unavailable
from shared.rtc.models import MAX_IDLE_TIME_MAX, MAX_IDLE_TIME_MIN

if TYPE_CHECKING:
    from bot.people import People
    from bot.slack_api import SlackApi

_LIMITS = clients.Limits(connect=0.5, read=1)
"""A question is answered within Slack's three seconds, or the person asks again."""
_SLACK_LIMITS = (0.5, 0.5)
"""Seconds to connect to Slack, and to get its answer: together at most one, since a person waits."""
_ANSWER_FIRST = 1
"""Seconds for the door's answer to a click to reach Slack: as long as `_SLACK_LIMITS` gives it."""


class SlackSettings(Settings):
    """The settings of Slack's door."""

    secret_id: Name
    order_queue_url: Url
    ledger_table: Name
    rtc_app_id: Name
    slack_command: Annotated[str, StringConstraints(pattern=r"^/[a-z0-9_-]{1,31}$")]
    default_idle_seconds: Annotated[int, Field(ge=MAX_IDLE_TIME_MIN, le=MAX_IDLE_TIME_MAX)]
    """max_idle_time, in seconds, for a command without `idle=`."""
    record_rule_id: RecordRuleId
    slack_api_url: UrlPrefix
    slack_response_url: UrlPrefix
    """The beginning of every response_url."""


@logged
def handler(event: object, _: LambdaContext) -> dict[str, object]:
    """Answer an event of API Gateway's HTTP API (payload 2.0): 200, 400 or 401."""
    try:
        response = _door().answer(event)
    except Away as away:
        _report_away(away)
        response = HttpResponse(HTTPStatus.OK, json.dumps(replies.away().body), "application/json")
    except Exception as error:  # noqa: BLE001 - reported; with a 5xx the person would read nothing useful
        _report(error)
        response = HttpResponse(HTTPStatus.OK, json.dumps(replies.our_mistake().body), "application/json")
    return response.as_result()


@cache
def _door() -> Door:
    """Return the door, built once, at the cold start. Raises SettingsError."""
    settings = read_settings(SlackSettings, os.environ)
    queue = connect_queue(settings.order_queue_url)

    ledger = open_ledger(clients.connect("dynamodb", _LIMITS), settings.ledger_table, settings.rtc_app_id)
    recordings = ShownRecordings(ledger)

    def slack_api() -> "SlackApi":
        return _slack_api(settings.slack_api_url, settings.slack_response_url, secret.read().bot_token)

    def people() -> "People | None":
        return None if secret.read().bot_token is None else _people(slack_api())

    secret = Secret(connect_secrets(), settings.secret_id, SlackSecret)
    conversation = Conversation(
        command=settings.slack_command,
        idle_default=settings.default_idle_seconds,
        recordings=lambda: recordings,
        put=lambda order: place(order, partial(queue.put, delay=_delay_of(order))),
        report_away=_report_away,
        team=TeamInForce(lambda: ledger.configurations).read,
        record_rule_id=settings.record_rule_id,
        look_up=lambda user_id, needs: _look_up(user_id, needs, people()),
        report_refusal=note_refusal,
        zone_of=lambda user_id: _zone_of(user_id, people()),
        open_view=lambda trigger_id, view: (
            secret.read().bot_token is not None and _open_view(slack_api(), trigger_id, view)
        ),
    )
    app = create_app(
        conversation,
        report=_report,
        respond=lambda response_url, message: _respond(slack_api(), response_url, message),
    )
    return Door(app, secret)


def _delay_of(order: Order) -> int:
    """Return the seconds before the recorder gets the order.

    If both replace the message that was clicked on, the door must come first.
    """
    clicked = order.reply_to
    is_overtaken = clicked is not None and clicked.clicked is not None and isinstance(order.action, Start | Release)
    return _ANSWER_FIRST if is_overtaken or (clicked is not None and clicked.replaces) else 0


def _zone_of(user_id: str, people: "People | None") -> tzinfo:
    """Return the person's time zone; UTC without a bot token, or if Slack doesn't say it."""
    return UTC if people is None else people.zone_of(user_id)


def _look_up(user_id: str, needs: frozenset[Need], people: "People | None") -> Person:
    """Return what Slack says of the person. Where it doesn't, a person is no guest, and in no user group."""
    return NOT_SAID if people is None else people.person_at_once(user_id, needs)


def _respond(slack_api: "SlackApi", response_url: str, message: Mapping[str, Any]) -> None:
    """Post the answer to a click. An order is on the queue by now, so what fails here stops nothing."""
    _call_slack(lambda: slack_api.post_to_response_url(response_url, message))


def _open_view(slack_api: "SlackApi", trigger_id: str, view: Mapping[str, Any]) -> bool:
    """Open a view, and return whether Slack has said that it did. A trigger_id holds for three seconds."""
    return _call_slack(lambda: slack_api.call("views.open", {"trigger_id": trigger_id, "view": view}))


def _call_slack(call: Callable[[], object]) -> bool:
    """Make the call, and return whether Slack has said that it is done; the log has why not."""
    from bot.slack_api import CannotDeliver, TryLater  # noqa: PLC0415

    try:
        call()
    except TryLater as error:
        logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.why})
    except CannotDeliver as error:
        logger.warning(LogEvent.NOT_ANSWERED, extra={"reason": error.reason})
    else:
        return True
    return False


@lru_cache(maxsize=1)
def _slack_api(api_url: str, response_url_prefix: str, bot_token: str | None) -> "SlackApi":
    # requests, which this imports, is a third of a cold start. Most commands don't need it.
    from bot.slack_api import SlackApi  # noqa: PLC0415

    return SlackApi(api_url=api_url, bot_token=bot_token, response_url_prefix=response_url_prefix, limits=_SLACK_LIMITS)


@lru_cache(maxsize=1)
def _people(slack_api: "SlackApi") -> "People":
    from bot.people import People  # noqa: PLC0415

    return People(slack_api)


def _report_away(error: Unavailable) -> None:
    logger.warning(LogEvent.AWS_AWAY, extra={"reason": str(error)})
    count(Metric.DOOR_FAILED)


def _report(error: Exception) -> None:
    logger.error(LogEvent.DOOR_FAILED, exc_info=error)
    count(Metric.DOOR_FAILED)


end_cold_start(lambda: _door().read_secret())
