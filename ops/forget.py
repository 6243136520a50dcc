"""python -m ops forget: put a made-up id in the place of a person's Slack user id, in the ledger and the audit.

The made-up id is random and the same everywhere. While the command runs, an item of the ledger says for whom it
stands, so that a run that was interrupted goes on with it. At the end that item is removed: nobody can tell any more.
Each item is changed under the condition that it is as it was read. Done twice, it is the same.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from functions.ledger.attempts import ATTEMPT
from functions.ledger.changes import Key, put, remove_any
from functions.ledger.configurations import CONFIG
from functions.ledger.homes import HOME
from functions.ledger.recordings import LAST, RECORDING
from functions.ledger.stops import STOP
from functions.ledger.table import Table
from functions.ledger.usages import USAGE
from ops.asking import confirm
from ops.deployment import Deployment, one_line
from ops.errors import OpsConflict, OpsError
from ops.output import Output
from ops.progress import Counter, counting
from shared.actors import Actor
from shared.audit import FORGET, forgotten
from shared.order_ids import new_order_id
from shared.stored import Stored

if TYPE_CHECKING:  # the stubs are a development dependency, absent on an operator's machine
    from mypy_boto3_dynamodb import DynamoDBClient

LEFT = (
    "what Slack has: the messages that recordbot posted, and those of the person (delete them in Slack)",
    "what RTC and OBS have: the recordings' files, and the names of rooms and RTC users (delete the files in OBS)",
    "the functions' logs, until LogRetentionDays are over",
    "messages on the queues for a day, and dead letters for 14 days (python -m ops dead-letters)",
    "backups: point-in-time recovery of both tables goes back 35 days; forget again after a restore",
    "the team's configuration, if it names the person: take the id out, and put it (python -m ops config)",
)
"""What this command can't change."""
_OWN_ITEMS = (LAST, USAGE, HOME)
"""The beginnings of the keys of items that are about one person and can be removed: the id is in their sort key."""
_KEPT = (CONFIG, FORGET)
"""The items that this command doesn't change."""
_RTC_NAMES = {"room_id", "user_id", "stream_name", "bucket", "object", "rtmp_urls"}
"""The fields with names at RTC and OBS. They stay, also if one is the same as the person's id."""
_LONGEST_ORDER = timedelta(days=1)
"""How long an order is on its queue at most. What is older is not under way, whatever the ledger says."""
_PASSES = 3
"""How often the tables are read, at most: a recorder may write while they are read."""


class Forgetting(Stored):
    """The id that stands for a person, while the command runs."""

    instead: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A person, and the id that stands for them."""

    user_id: str
    instead: str

    def is_in(self, text: str) -> bool:
        """Return whether the text has the person's id, and not only as a part of another id."""
        return bool(self._word.search(text))

    def without(self, value: Any) -> Any:
        """Return the value with the other id in the place of the person's, wherever it is. Names at RTC stay.

        A list of those who may do something only loses the person: the other id is nobody's who may.
        """
        if isinstance(value, dict):
            if value.get("kind") == "slack_user" and value.get("id") == self.user_id:
                return value | {"kind": "forgotten", "id": self.instead}
            return {
                self._word.sub(self.instead, name): it if name in _RTC_NAMES else self.without(it)
                for name, it in value.items()
            }
        if isinstance(value, list):
            return [self.without(it) for it in value if it != self.user_id]
        return self._word.sub(self.instead, value) if isinstance(value, str) else value

    @property
    def _word(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![A-Za-z0-9]){re.escape(self.user_id)}(?![A-Za-z0-9])")


def forget(deployment: Deployment, user_id: str, output: Output, *, is_sure: bool) -> int:
    """Forget the person, and say what was done and what can't be. It asks before it does."""
    if not re.fullmatch("[UW][A-Z0-9]{2,20}", user_id):
        raise OpsError(f"{user_id!r} is no Slack user id: it begins with U or W, as a profile's menu shows it in Slack")
    with one_line(deployment.name):
        live = [it.id for it in deployment.ledger().recordings.live() if _is_of(it.actor, user_id)]
        with counting("items checked") as counter:
            items = counter.of(_items(deployment, deployment.ledger_table))
            under_way = [] if live else list(_under_way(items, user_id))
    if live:
        ids = ", ".join(live)
        raise OpsError(f"{user_id} has recordings that are not over ({ids}): stop them first. Nothing was changed")
    if under_way:
        ids = ", ".join(under_way)
        raise OpsError(
            f"{user_id} has starts or stops that are under way ({ids}): run it again when they are done. What waits "
            "for RTC is tried for half an hour, unless somebody clicks on Give up. Nothing was changed"
        )
    if not is_sure:
        confirm(
            output,
            f"In {deployment.name}, ledger and audit would not know any more what {user_id} did.",
            "Nobody can undo that.",
            otherwise="nothing was changed",
        )
    with one_line(deployment.name):
        return _Forgetter.of(deployment, user_id).run(output)


def _is_of(actor: Actor, user_id: str) -> bool:
    return actor.is_person and actor.id == user_id


def _under_way(items: Iterable[dict[str, Any]], user_id: str) -> Iterator[str]:
    """Give the orders of the person that a recorder works on. It would write the person's id again."""
    since = datetime.now(UTC) - _LONGEST_ORDER
    for item in items:
        sk = item["sk"]["S"]
        end = "outcome" if sk.startswith(ATTEMPT) else "settled_at" if sk == STOP else None
        if end is None:
            continue
        found = json.loads(item["data"]["S"])
        if (
            found.get(end) is None
            and _is_of(Actor.model_validate(found["actor"]), user_id)
            and datetime.fromisoformat(found["began_at"]) > since
        ):
            yield found["order_id"]


def _items(deployment: Deployment, table: str) -> Iterator[dict[str, Any]]:
    pages = deployment.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return (item for page in pages for item in page["Items"])


@dataclass(frozen=True, slots=True)
class _Forgetter:
    deployment: Deployment
    client: "DynamoDBClient"
    table: Table
    key: Key
    """The item that says which id stands for the person."""
    person: Forgotten
    was_interrupted: bool

    @classmethod
    def of(cls, deployment: Deployment, user_id: str) -> "_Forgetter":
        """Return what forgets the person, with the id of the run that was interrupted, or a new one."""
        client = deployment.client("dynamodb")
        table = Table(client, deployment.ledger_table, deployment.audit)
        key = Key(f"{FORGET}{deployment.app_id}", user_id)
        known = table.read(key, Forgetting)
        new = known or Forgetting(instead=f"forgotten-{new_order_id()}")
        if known is None and not table.write(put(key, new, datetime.now(UTC), over=None)):
            raise OpsConflict(f"{deployment.name}: somebody else has just begun to forget {user_id}")
        return cls(deployment, client, table, key, Forgotten(user_id, new.instead), known is not None)

    def run(self, output: Output) -> int:
        counts = {"changed": 0, "removed": 0, "overtaken": 0}
        with counting("items read") as counter:
            if all(self._pass(counts, counter) for _ in range(_PASSES)):
                raise OpsError(
                    f"{self.deployment.name}: items with {self.person.user_id} are still written; run it again"
                )
        changed, removed = counts["changed"], counts["removed"]
        was_there = self.was_interrupted or changed + removed > 0
        by, app_id, now = Actor(kind="operator", id=self.deployment.user), self.deployment.app_id, datetime.now(UTC)
        records = [forgotten(app_id, by, self.person.instead, now)] if was_there else []
        self.table.write(remove_any(self.key), *records)
        done = f"nothing of {self.person.user_id} was there"
        if was_there:
            what = f"{changed} items changed and {removed} removed"
            done = f"{what}: {self.person.instead} stands for {self.person.user_id}"
        instead = self.person.instead if was_there else None
        document = {"instead": instead, "changed": changed, "removed": removed, "left": list(LEFT)}
        output.show(document, done, "not changed:", *(f"- {line}" for line in LEFT))
        return 0

    def _pass(self, counts: dict[str, int], counter: Counter) -> bool:
        """Read both tables once. Return whether the person was anywhere."""
        was_there = False
        for table in (self.deployment.ledger_table, self.deployment.audit.name):
            for item in counter.of(_items(self.deployment, table)):
                if done := self._forget(table, item):
                    was_there = True
                    counts[done] += 1
        return was_there

    def _forget(self, table: str, item: Mapping[str, Any]) -> str:
        """Change or remove the item, if the person is in it. Return which of the two, or that others changed it."""
        pk, sk, data = item["pk"]["S"], item["sk"]["S"], item.get("data", {}).get("S", "")
        if pk.startswith(_KEPT) or not self.person.is_in(f"{sk} {data}"):
            return ""
        key = {"pk": item["pk"], "sk": item["sk"]}
        if pk.startswith(_OWN_ITEMS):
            self.client.delete_item(TableName=table, Key=key)
            return "removed"
        old = json.loads(data)
        new = self.person.without(old)
        if new == old:  # only a name at RTC is the same
            return ""
        version = item.get("version", {}).get("S")
        if sk.startswith(RECORDING):  # a recorder that has read it has to read it again
            new["revision"] = new.get("revision", 1) + 1
            version = str(new["revision"])
        values = {":old": {"S": data}, ":new": {"S": json.dumps(new, ensure_ascii=False, separators=(",", ":"))}}
        try:
            self.client.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="SET #data = :new" + ("" if version is None else ", version = :version"),
                ConditionExpression="#data = :old",
                ExpressionAttributeNames={"#data": "data"},
                ExpressionAttributeValues=values if version is None else {**values, ":version": {"S": version}},
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return "overtaken"  # the next pass reads it again
        return "changed"
