"""Let minutes pass for one test's recordings: its times in the ledger are put back, and then the schedule fires.

All else of the system keeps its time, so no test waits, and no recording of another test is due sooner.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.recordings import Recording
from tests.e2e.conftest import Deployment
from tests.processes import PATIENCE_S

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")
_REVISION = re.compile(r'"revision":(\d+)')
"""It goes up with each write: a recorder that has read the times of before must not write them again."""
_SHORT = re.compile(r"\b\d{8}T\d{6}Z")
"""A time in what a message shows, as the ledger notes it (Recording.visible)."""
_MOST_MINUTES = 6


def pass_minutes(bot: Deployment, minutes: int, *, ticks: int = 1) -> None:
    """Let minutes pass, and then fire the schedule, so many times at once."""
    age(bot, timedelta(minutes=minutes))
    for _ in range(ticks):
        bot.system.stack.fire_schedules()


def in_minutes(bot: Deployment, look: Callable[[], object], *, minutes: int = 1) -> None:
    """Wait until `look` is true-ish, and let one minute after another pass meanwhile, or `minutes` each time.

    What RTC or Slack has no turn for now is due again a minute later.
    """
    for _ in range(_MOST_MINUTES):
        end = time.monotonic() + PATIENCE_S / _MOST_MINUTES
        while time.monotonic() < end:
            if look():
                return
            time.sleep(0.2)  # a look at the table costs some ten milliseconds of a core
        pass_minutes(bot, minutes)
    raise AssertionError(f"the minutes passed, and it did not come about: {recordings(bot)}")


def recordings(bot: Deployment) -> list[Recording]:
    """The recordings of this test's room, as they are in the table."""
    found = [Recording.model_validate_json(it["data"]["S"]) for it in _items(bot) if _is_recording(it)]
    return sorted(found, key=lambda it: (it.since, it.order_id, it.n))


def age(bot: Deployment, by: timedelta) -> None:
    """Put back the times of all that the table has of this test's room: it is as if so much time had passed."""
    for item in _items(bot):
        while not _put_back(bot, item, by):
            item = _read(bot, item)  # noqa: PLW2901 - a recorder has written it meanwhile


def _items(bot: Deployment) -> list[dict[str, Any]]:
    """The items of the room's orders, and its locks."""
    found = [it for it in bot.items() if "data" in it]
    orders = {it["pk"]["S"] for it in found if f'"room_id":"{bot.room}"' in it["data"]["S"]}
    return [it for it in found if it["pk"]["S"] in orders or it["pk"]["S"].endswith(f"#{bot.room}")]


def _is_recording(item: Mapping[str, Any]) -> bool:
    return str(item["sk"]["S"]).startswith("recording#")


def _put_back(bot: Deployment, item: Mapping[str, Any], by: timedelta) -> bool:
    """Put the item's times back. Return False if somebody has changed it."""
    stack = bot.system.stack
    texts = {name: _earlier(item[name]["S"], by) for name in ("data", "due_at") if name in item}
    if found := _REVISION.search(texts["data"]):
        texts["version"] = str(int(found[1]) + 1)
        texts["data"] = _REVISION.sub(f'"revision":{texts["version"]}', texts["data"])
    later = {f":{name}": {"S": text} for name, text in texts.items()}
    try:
        stack.dynamodb.update_item(
            TableName=stack.table_name("LedgerTable"),
            Key={"pk": item["pk"], "sk": item["sk"]},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in texts),
            ConditionExpression="#data = :seen",
            ExpressionAttributeNames={f"#{name}": name for name in texts},
            ExpressionAttributeValues={":seen": item["data"], **later},
        )
    except stack.dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _read(bot: Deployment, item: Mapping[str, Any]) -> dict[str, Any]:
    stack = bot.system.stack
    key = {"pk": item["pk"], "sk": item["sk"]}
    return dict(stack.dynamodb.get_item(TableName=stack.table_name("LedgerTable"), Key=key)["Item"])


def _earlier(text: str, by: timedelta) -> str:
    text = _DATED.sub(lambda found: _as_written(datetime.fromisoformat(found[0]) - by), text)
    return _SHORT.sub(lambda found: f"{datetime.fromisoformat(found[0]) - by:%Y%m%dT%H%M%SZ}", text)


def _as_written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
