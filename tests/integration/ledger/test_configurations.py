"""The team's configuration in the table: its versions, and which of them holds when something is wrong."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions.aws.away import Away
from functions.aws.observability import Metric
from functions.ledger.configurations import VERSIONS_KEPT, Configurations, StoredTeam
from functions.ledger.table import Table
from functions.ledger.team_in_force import LIFETIME, RETRY_AFTER, TeamInForce
from shared.log_events import LogEvent
from shared.order_ids import new_order_id
from shared.team import SHIPPED, STRICT, InForce, Trouble
from shared.team_document import BadTeam
from tests.aws_calls import calls_of
from tests.ledger_table import TABLE

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Place:
    """The configuration of an app that nobody else has, with a clock to set."""

    def __init__(self, dynamodb: DynamoDBClient) -> None:
        self.dynamodb = dynamodb
        self.app_id = new_order_id()
        self.stored = Configurations(Table(dynamodb, TABLE), self.app_id)
        self.now = 1_000.0
        self.is_away = False
        self.team = self.another_process()

    def another_process(self) -> TeamInForce:
        return TeamInForce(self._open, lambda: self.now)

    def _open(self) -> Configurations:
        if self.is_away:
            raise Away("DynamoDB: no answer")
        return self.stored

    def put(self, number: int, document: str) -> StoredTeam:
        """Put a document over the one before, whatever it holds."""
        new = StoredTeam(number=number, put_at=NOW, put_by="U1ANN", source="# theirs", document=document)
        assert self.stored.put(new, NOW, over=self.stored.current())
        return new

    def put_operator(self, number: int) -> StoredTeam:
        return self.put(number, json.dumps({"rules": [], "operators": [f"U{number}"]}))

    def damage(self, sk: str, data: str) -> None:
        """Change an item by hand, as somebody could in the console."""
        key: Any = {"pk": {"S": f"CONFIG#{self.app_id}"}, "sk": {"S": sk}}
        self.dynamodb.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="SET #data = :data",
            ExpressionAttributeNames={"#data": "data"},
            ExpressionAttributeValues={":data": {"S": data}},
        )

    def remove(self, sk: str) -> None:
        self.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": f"CONFIG#{self.app_id}"}, "sk": {"S": sk}})

    def read_later(self) -> InForce:
        self.now += LIFETIME
        return self.team.read()


@pytest.fixture
def place(dynamodb: DynamoDBClient) -> Place:
    """A new app."""
    return Place(dynamodb)


def test_a_document_is_put_only_over_the_one_that_was_seen(place: Place) -> None:
    """Of two that put at once, the second is refused and loses nothing."""
    first = place.put_operator(1)
    other = first.model_copy(update={"number": 2, "put_by": "U2BEN"})
    assert place.stored.put(other, NOW, over=first)
    assert not place.stored.put(first.model_copy(update={"number": 2}), NOW, over=first)
    assert not place.stored.put(first, NOW, over=None)
    assert place.stored.current() == other
    assert [it.put_by for it in place.stored.versions()] == ["U2BEN", "U1ANN"]


def test_the_last_versions_are_kept_and_none_expires(place: Place) -> None:
    """The newest come first, older ones than those are gone, and DynamoDB deletes none by time."""
    for number in range(1, VERSIONS_KEPT + 4):
        place.put_operator(number)
    assert [it.number for it in place.stored.versions()] == list(range(VERSIONS_KEPT + 3, 3, -1))
    items = place.dynamodb.scan(TableName=TABLE)["Items"]
    ours = [item for item in items if item["pk"]["S"] == f"CONFIG#{place.app_id}"]
    assert len(ours) == VERSIONS_KEPT + 1
    assert not any("expires_at" in item for item in ours)


def test_an_item_that_cannot_be_read_is_put_over_by_force_only(place: Place) -> None:
    """It is reported as no document, and a document can take its place."""
    place.put_operator(1)
    place.damage("current", "{")
    with pytest.raises(BadTeam, match="can't be read"):
        place.stored.current()
    new = StoredTeam(number=2, put_at=NOW, put_by="U1ANN", source="", document='{"rules": []}')
    place.stored.put_over_broken(new, NOW)
    assert place.stored.current() == new


def test_one_read_a_minute(place: Place) -> None:
    """It is one GetItem, however long the document is, and no other read until the minute is over."""
    rules = [{"name": f"{n} {'x' * 70}", "who": ["U1"], "may": ["list"]} for n in range(700)]
    place.put(1, json.dumps({"rules": rules}))
    assert calls_of(place.dynamodb, place.team.read) == {"GetItem": 1}
    place.now += LIFETIME - 1
    assert calls_of(place.dynamodb, place.team.read) == {}
    place.put_operator(2)
    place.now += 1
    assert calls_of(place.dynamodb, place.team.read) == {"GetItem": 1}
    assert place.team.read() == InForce(place.stored.current().team(), 2)  # type: ignore[union-attr]


def test_a_team_that_wrote_none_has_the_shipped_rules(place: Place) -> None:
    """The item is missing, and there is no version of it."""
    assert place.team.read() == InForce(SHIPPED)


BROKEN = {
    "empty": "",
    "null": "null",
    "an empty object": "{}",
    "half": '{"rules": [',
    "an unknown name": '{"rules": [], "wide": true}',
    "empty rules": '{"rules": null}',
    "huge": json.dumps({"rules": [], "operators": ["U1ANN"] * 20_000}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_document_changes_nothing(place: Place, kind: str) -> None:
    """The newest earlier version that is valid holds, warm and cold; without one, nobody may do anything."""
    place.put_operator(1)
    assert place.team.read().trouble is None
    place.put(2, BROKEN[kind])
    place.put(3, BROKEN[kind])
    warm, cold = place.read_later(), place.another_process().read()
    assert warm == cold
    assert (cold.number, cold.trouble, cold.team.operators) == (1, Trouble.BROKEN, ("U1",))
    for number in (1, 2, 3):
        place.remove(f"version#{number:08}")
    assert place.read_later() == cold
    assert place.another_process().read() == InForce(STRICT, trouble=Trouble.BROKEN)
    assert place.another_process().read().is_unreadable


@pytest.mark.parametrize("data", ["", "{", "[]", '{"number": 0}'])
def test_an_item_that_somebody_damaged_changes_nothing(place: Place, data: str) -> None:
    """The version is kept in an item of its own, and it holds."""
    place.put_operator(1)
    place.damage("current", data)
    assert place.team.read().team.operators == ("U1",)
    place.damage("version#00000001", data)
    assert place.read_later().team.operators == ("U1",)
    assert place.another_process().read().is_unreadable


def test_a_document_that_is_gone_does_not_make_room_for_the_shipped_rules(place: Place) -> None:
    """Its version holds, or the last good one of the process."""
    place.put_operator(1)
    place.remove("current")
    assert (place.team.read().team.operators, place.team.read().trouble) == (("U1",), Trouble.BROKEN)
    place.remove("version#00000001")
    assert place.read_later().team.operators == ("U1",)


def test_while_the_table_is_away_the_last_good_one_holds(place: Place) -> None:
    """A warm process goes on, and reads again after some seconds; a cold one lets nobody do anything."""
    place.put_operator(1)
    place.team.read()
    place.is_away = True
    warm = place.read_later()
    assert (warm.team.operators, warm.trouble, warm.is_unreadable) == (("U1",), Trouble.AWAY, False)
    cold = place.another_process()
    assert cold.read() == InForce(STRICT, trouble=Trouble.AWAY)
    assert cold.read().is_unreadable
    place.is_away = False
    assert cold.read().is_unreadable
    place.now += RETRY_AFTER
    assert cold.read().trouble is None
    assert place.team.read().trouble is None


def test_a_mistake_of_ours_widens_nothing() -> None:
    """Without the right to read the table, it is as while the table is away."""

    def denied() -> Configurations:
        raise PermissionError

    assert TeamInForce(denied, lambda: 0.0).read() == InForce(STRICT, trouble=Trouble.DENIED)


def test_a_version_that_cannot_be_read_hides_no_other(place: Place) -> None:
    """The others are there to go back to."""
    for number in (1, 2, 3):
        place.put_operator(number)
    place.damage("version#00000002", "{")
    assert [version.number for version in place.stored.versions()] == [3, 1]


@pytest.mark.parametrize("trouble", [Trouble.BROKEN, Trouble.DENIED, Trouble.AWAY])
def test_an_operator_is_told_of_what_is_wrong_with_the_configuration(
    place: Place, trouble: Trouble, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What only a person can mend is counted, and an alarm reads that; a table that is away comes back by itself."""

    def fail() -> Configurations:
        raise Away("DynamoDB") if trouble is Trouble.AWAY else PermissionError

    place.put(1, "{")
    team = place.team if trouble is Trouble.BROKEN else TeamInForce(fail, lambda: 0.0)
    assert team.read().trouble is trouble
    said = {
        Trouble.BROKEN: LogEvent.CONFIGURATION_BROKEN,
        Trouble.DENIED: LogEvent.CONFIGURATION_UNREADABLE,
        Trouble.AWAY: LogEvent.AWS_AWAY,
    }
    assert said[trouble] in caplog.messages
    assert (Metric.CONFIGURATION_BROKEN in capsys.readouterr().out) is (trouble is not Trouble.AWAY)
