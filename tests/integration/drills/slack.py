"""The drills of Slack."""

from collections.abc import Callable

from local.slack.faults import Fault
from shared.log_events import LogEvent
from tests.integration.drills.drill import Drill
from tests.integration.drills.place import MAX_RECEIVES, Place

FAILED = Fault(status=500)
NOBODY = "http://127.0.0.1:9/"
"""An address at which nothing listens."""


def _throttled(retry_after: int | None) -> Fault:
    return Fault(status=429, error="ratelimited", retry_after=retry_after)


def _call(method: str, fault: Fault, times: int) -> Callable[[Place], object]:
    return lambda place: place.slack.misbehave(fault, method=method, times=times)


def _post(fault: Fault, times: int) -> Callable[[Place], object]:
    return _call("chat.postMessage", fault, times)


def _dead(place: Place) -> None:
    place.environment |= {"SLACK_API_URL": f"{NOBODY}api/"}


def _wrong_host(place: Place) -> None:
    place.environment["SLACK_RESPONSE_URL"] = "https://hooks.slack.example/"


def _clock_off(place: Place) -> None:
    place.slack_ahead = 20 * 60


DRILLS = [
    Drill("Slack", "throttles an answer four times and asks for 30 s (429)", _post(_throttled(30), MAX_RECEIVES + 1)),
    Drill(
        "Slack",
        "throttles an answer four times and doesn't say for how long (429)",
        _post(_throttled(None), MAX_RECEIVES + 1),
    ),
    Drill("Slack", "fails an answer twice (500)", _post(FAILED, 2)),
    Drill("Slack", "fails twice when it is asked who the person is (500)", _call("users.info", FAILED, 2)),
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
