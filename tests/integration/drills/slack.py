"""The drills of Slack."""

from collections.abc import Callable

from local.slack.faults import Fault
from shared.log_events import LogEvent
from tests.integration.drills.drill import Drill
from tests.integration.drills.place import Place

NOBODY = "http://127.0.0.1:9/"
"""An address at which nothing listens."""


def _throttled(retry_after: int | None) -> Fault:
    return Fault(status=429, error="ratelimited", retry_after=retry_after)


def _post(fault: Fault, times: int | None = 1) -> Callable[[Place], object]:
    return lambda place: place.slack.misbehave(fault, times=times)


def _dead(place: Place) -> None:
    place.environment |= {"SLACK_API_URL": f"{NOBODY}api/"}


def _wrong_host(place: Place) -> None:
    place.environment["SLACK_RESPONSE_URL"] = "https://hooks.slack.example/"


def _clock_off(place: Place) -> None:
    place.slack_ahead = 20 * 60


DRILLS = [
    Drill("Slack", "throttles an answer and asks for 30 s (429)", _post(_throttled(30))),
    Drill("Slack", "throttles an answer and doesn't say for how long (429)", _post(_throttled(None))),
    Drill("Slack", "fails twice (500)", _post(Fault(status=500), 2)),
    Drill("Slack", "can't be reached for good", _dead, (), log=(LogEvent.NOT_ANSWERED,)),
    Drill(
        "Slack",
        "sends a response_url of another host, and the bot has no token",
        _wrong_host,
        (),
        log=(LogEvent.NOT_ANSWERED,),
        bot_token=False,
    ),
    Drill(
        "Slack",
        "has a clock that is 20 minutes ahead of ours",
        _clock_off,
        ('/record failed with the error "dispatch_failed"',),
        0,
        "nothing",
    ),
]
