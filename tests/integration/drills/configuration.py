"""The drills of the team's configuration: what is wrong with it never lets anybody do more."""

import json
from collections.abc import Callable
from typing import Any

from functions.ledger.team_in_force import LIFETIME
from local.aws.faults import Fault
from shared.log_events import LogEvent
from tests.integration.drills.drill import COMMAND, NO_RULES, RECORDING, Drill
from tests.integration.drills.place import Place
from tests.ledger_table import TABLE

PART = "The configuration"
OPEN = {"rules": [{"name": "everyone", "who": ["everyone"], "may": ["start"]}]}
NOBODY = "⛔ You may not start this recording. No rule allows this: ask an operator."
HUGE = json.dumps({**OPEN, "operators": ["U0BEN"] * 20_000})


def _puts(*documents: dict[str, Any] | str) -> Callable[[Place], object]:
    def put(place: Place) -> None:
        for document in documents:
            place.configure(document)

    return put


def _removes(*items: str, after: tuple[dict[str, Any] | str, ...]) -> Callable[[Place], object]:
    def remove(place: Place) -> None:
        _puts(*after)(place)
        for item in items:
            key: Any = {"pk": {"S": f"CONFIG#{place.rtc.credentials.app_id}"}, "sk": {"S": item}}
            place.aws.dynamodb.delete_item(TableName=TABLE, Key=key)

    return remove


def _unreadable(place: Place) -> None:
    place.aws.misbehave(Fault(status=503), "GetItem", holding="CONFIG", times=None)


def _twice(fails: Callable[[Place], object]) -> Callable[[Place], object]:
    """A first command is carried out; then it fails, and a minute later comes the second command."""

    def play(place: Place) -> None:
        place.type(COMMAND)
        fails(place)
        place.clock.tick(LIFETIME)
        place.type(COMMAND.replace("user001", "user002"))

    return play


def _nothing(_: Place) -> None:
    pass


BOTH = ((RECORDING, RECORDING.replace("user001", "user002")), 2, "started, started")
AWAY = (LogEvent.AWS_AWAY,)
BROKEN = (LogEvent.CONFIGURATION_BROKEN,)
REFUSED = ((NOBODY,), 0, "nothing")
DRILLS = [
    Drill(PART, "lets nobody start", _puts({"rules": []}), *REFUSED),
    Drill(PART, "is broken, after one that let nobody start", _puts({"rules": []}, "{"), *REFUSED, log=BROKEN),
    Drill(PART, "is empty, after one that let nobody start", _puts({"rules": []}, ""), *REFUSED, log=BROKEN),
    Drill(PART, "says nothing, after one that let nobody start", _puts({"rules": []}, "{}"), *REFUSED, log=BROKEN),
    Drill(PART, "is huge, after one that let nobody start", _puts({"rules": []}, HUGE), *REFUSED, log=BROKEN),
    Drill(
        PART,
        "is gone, after one that let nobody start",
        _removes("current", after=({"rules": []},)),
        *REFUSED,
        log=BROKEN,
    ),
    Drill(PART, "is broken, after one that let everyone start", _puts(OPEN, "{"), log=BROKEN),
    Drill(
        PART,
        "is broken, and so are all earlier versions",
        _removes("version#00000001", after=("{",)),
        (NO_RULES,),
        0,
        "nothing",
        log=BROKEN,
    ),
    Drill(PART, "can't be read at the functions' cold start", _unreadable, (NO_RULES,), 0, "nothing", log=AWAY),
    Drill(PART, "can't be read while the functions are warm", _nothing, *BOTH, log=AWAY, play=_twice(_unreadable)),
    Drill(PART, "is broken while the functions are warm", _nothing, *BOTH, log=BROKEN, play=_twice(_puts("{"))),
]
