"""python -m ops dead-letters and recordings, against a stack in moto's AWS: what they print, and what is there then."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from functions.ledger.ledger import Ledger, open_ledger
from ops import dead_letter_queue
from ops.dead_letter_queue import DeadLetter, DeadLetters
from ops.deployment import Deployment
from ops.errors import OpsError
from shared.actors import Actor
from shared.attempts import Attempt, NotStarted, Outcome, Started
from shared.failures import Failure, FailureKind
from shared.order_ids import new_order_id
from shared.orders import Order, Start
from shared.slack_refs import ReplyTo
from tests.builders import ANN, TIMETABLE, a_job, a_request
from tests.integration.interrupting import Interruption, Killed, interrupting
from tests.ledger_table import TABLE
from tests.ops_stack import OpsStack, client

SECRET_URL = "https://hooks.slack.com/commands/T1/2/planted-response-url"


class Place:
    """A stack with three queues and a ledger."""

    def __init__(self, stack: OpsStack, sqs: SQSClient, dynamodb: DynamoDBClient) -> None:
        self.stack, self.sqs = stack, sqs
        app_id = new_order_id()
        stack.outputs |= {"LedgerTableName": TABLE, "RtcAppId": app_id}
        self.people, self.callers, self.dead = (
            stack.queue(sqs, f"{name}Url") for name in ("OrderQueue", "CallerQueue", "DeadLetterQueue")
        )
        stack.hidden = {"planted"}
        self.ledger: Ledger = open_ledger(dynamodb, TABLE, app_id)

    def die(self, body: str, **attributes: Any) -> None:
        """Put a message among the dead letters."""
        self.sqs.send_message(QueueUrl=self.dead, MessageBody=body, **attributes)

    def order(self, actor: Actor = ANN, age: timedelta = timedelta(minutes=5)) -> Order:
        """An order that was given up."""
        order = Order(
            order_id=new_order_id(),
            actor=actor,
            action=Start(requests=(a_request(),)),
            placed_at=datetime.now(UTC) - age,
            reply_to=ReplyTo(channel_id="C1", response_url=SECRET_URL),
        )
        text = {"DataType": "String", "StringValue": order.order_id}
        self.die(order.model_dump_json(), MessageAttributes={"order_id": text})
        return order

    def settle(self, order: Order, outcome: Outcome) -> None:
        """Let the order's start have this outcome."""
        now = datetime.now(UTC)
        attempt = self.ledger.attempts.claim(order, 0, a_request(), now)
        assert isinstance(attempt, Attempt)
        self.ledger.attempts.store(attempt.settled(outcome, now), now)

    def bodies(self, url: str) -> list[dict[str, Any]]:
        """The messages of a queue, taken from it."""
        bodies = []
        while found := self.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages"):
            for it in found:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=it["ReceiptHandle"])
                bodies.append({**it, **json.loads(it["Body"])})
        return bodies

    def ids(self, url: str) -> list[str]:
        """The orders of a queue, taken from it."""
        return sorted(it["order_id"] for it in self.bodies(url))


@pytest.fixture
def place(
    aws: tuple[DynamoDBClient, SQSClient], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Place:
    """A stack without dead letters."""
    monkeypatch.setattr(dead_letter_queue, "WAIT_S", 0)
    stack = OpsStack(capsys, monkeypatch, {})
    return Place(stack, client("sqs"), aws[0])  # moto finds the region of a queue by the signature


def test_show_says_whose_order_it_is_and_what_became_of_it(place: Place) -> None:
    """Never a response_url; the messages stay, and are there for the next reader at once."""
    order = place.order()
    place.settle(order, NotStarted(failure=Failure(kind=FailureKind.AWS_AWAY), gave_up=True))
    for _ in range(2):
        (shown,) = place.stack.ask("dead-letters", "show")["dead_letters"]
        assert (shown["order"], shown["by"], shown["channel"]) == (order.order_id, "slack_user U1ANN", "C1")
        assert shown["why"] == ["user001 in room 100: not started, aws_away"]
        assert shown["age"] == "5 minutes"
    assert f"{order.order_id}  start  by slack_user U1ANN  in C1  5 minutes old" in place.stack.run(
        "dead-letters", "show"
    )
    assert place.ids(place.dead) == [order.order_id]


def test_show_names_what_is_no_order(place: Place) -> None:
    """By its fields; its values may be secrets. A newer recordbot's order is told from a message that is none."""
    newer = new_order_id()
    place.die(json.dumps({"order_id": newer, "action": {"kind": "planted"}, "actor": {"kind": "system", "id": "x"}}))
    place.die("planted-words")
    (first, second) = sorted(place.stack.ask("dead-letters", "show")["dead_letters"], key=lambda it: it["order"] or "")
    assert (first["order"], first["why"]) == (None, ["this is no order: its body"])
    assert second["order"] == newer
    assert second["why"][0].startswith("this recordbot can't read the order: action")


def test_an_empty_queue_is_said(place: Place) -> None:
    """It is no failure."""
    assert place.stack.run("dead-letters", "show") == "there are no dead letters\n"
    assert place.stack.ask("dead-letters", "redrive", "--all") == {"sent": [], "too_old_to_begin": [], "kept": []}


def test_redrive_returns_each_order_to_its_own_queue(place: Place) -> None:
    """With its attributes. What is no order stays, and an old one is named: it is not begun any more."""
    person, caller, old = place.order(), place.order(TIMETABLE), place.order(age=timedelta(hours=2))
    place.die("no order")
    answer = place.stack.ask("dead-letters", "redrive", "--all")
    assert sorted(answer["sent"]) == sorted([person.order_id, caller.order_id, old.order_id])
    assert answer["too_old_to_begin"] == [old.order_id]
    assert len(answer["kept"]) == 1
    people = place.bodies(place.people)
    assert sorted(it["order_id"] for it in people) == sorted([person.order_id, old.order_id])
    assert {it["MessageAttributes"]["order_id"]["StringValue"] for it in people} == {person.order_id, old.order_id}
    assert place.ids(place.callers) == [caller.order_id]
    assert len(place.stack.ask("dead-letters", "show")["dead_letters"]) == 1


def test_redrive_takes_one_and_leaves_the_others(place: Place) -> None:
    """By the order's id or the message's; one that isn't there is named, with the word that lists them."""
    one, other = place.order(), place.order()
    assert place.stack.ask("dead-letters", "redrive", one.order_id)["sent"] == [one.order_id]
    message = place.stack.ask("dead-letters", "show")["dead_letters"][0]["message"]
    assert place.stack.ask("dead-letters", "redrive", message)["sent"] == [other.order_id]
    with pytest.raises(OpsError, match=f"no dead letter has the id {one.order_id}: `dead-letters show`"):
        place.stack.run("dead-letters", "redrive", one.order_id)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupted_redrive_loses_nothing(
    place: Place, moment: str, monkeypatch: pytest.MonkeyPatch, aws: tuple[DynamoDBClient, SQSClient]
) -> None:
    """Killed around the second send: each order is in a queue, and running it again brings the rest."""
    orders = sorted(place.order().order_id for _ in range(3))
    place.stack.ask("dead-letters", "show")
    monkeypatch.setattr(DeadLetters, "_release", lambda *_: None)  # a killed process does not clean up
    monkeypatch.setattr(dead_letter_queue, "HIDDEN_S", 0)  # its time is over
    clients = dict(zip(("dynamodb", "sqs"), aws, strict=True))
    monkeypatch.setattr(Deployment, "client", lambda _, service: clients[service])
    with interrupting(aws, Interruption(1, moment)), pytest.raises(Killed):
        place.stack.run("dead-letters", "redrive", "--all")
    place.stack.run("dead-letters", "redrive", "--all")
    assert sorted(set(place.ids(place.people))) == orders
    assert place.ids(place.dead) == []


def test_a_queue_that_takes_nothing_keeps_the_letter(place: Place) -> None:
    """One line says what AWS refused; the message is still there."""
    order = place.order()
    place.stack.outputs["OrderQueueUrl"] += "-gone"
    with pytest.raises(OpsError, match="AWS refuses SendMessage"):
        place.stack.run("dead-letters", "redrive", "--all")
    assert place.ids(place.dead) == [order.order_id]


def _changing(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[Callable[..., Any]], object]) -> None:
    """Let a call of the word's client for SQS be another one, which is made of it."""
    make = Deployment.client

    def client_of(deployment: Deployment, service: str) -> Any:
        found = make(deployment, service)
        if service == "sqs" and not isinstance(getattr(found, name), _Changed):
            monkeypatch.setattr(found, name, _Changed(change(getattr(found, name))))
        return found

    monkeypatch.setattr(Deployment, "client", client_of)


class _Changed:
    def __init__(self, call: Any) -> None:
        self.call = call

    def __call__(self, **asked: Any) -> Any:
        return self.call(**asked)


@pytest.mark.parametrize("again", [1, 100])
def test_a_batch_that_was_seen_before_is_not_the_end(place: Place, monkeypatch: pytest.MonkeyPatch, again: int) -> None:
    """SQS may give messages twice. Each is shown once; if nothing else comes for some batches, it ends."""
    orders = {place.order().order_id for _ in range(12)}
    batches: list[Any] = []

    def repeating(receive: Callable[..., Any]) -> Callable[..., Any]:
        def received(**asked: Any) -> Any:
            batches.append(batches[0] if 0 < len(batches) <= again else receive(**asked))
            return batches[-1]

        return received

    _changing(monkeypatch, "receive_message", repeating)
    shown = [it["order"] for it in place.stack.ask("dead-letters", "show")["dead_letters"]]
    assert len(shown) == len(set(shown))
    assert len(batches) < 10
    assert (set(shown) == orders) is (again == 1)


def test_what_stays_is_given_back_in_tens(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was deleted is not among it."""
    orders = [place.order().order_id for _ in range(13)]
    given_back: list[int] = []

    def counting(change: Callable[..., Any]) -> Callable[..., Any]:
        def counted(**asked: Any) -> Any:
            given_back.append(len(asked["Entries"]))
            return change(**asked)

        return counted

    _changing(monkeypatch, "change_message_visibility_batch", counting)
    place.stack.run("dead-letters", "redrive", orders[0])
    assert given_back == [10, 2]
    assert place.ids(place.dead) == sorted(orders[1:])


def test_a_message_that_is_gone_is_not_sent_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has deleted it since it was received: it would come back for nobody."""
    order = place.order()
    send_back = DeadLetters.send_back

    def late(self: DeadLetters, letter: DeadLetter) -> None:
        place.sqs.purge_queue(QueueUrl=place.dead)
        send_back(self, letter)

    monkeypatch.setattr(DeadLetters, "send_back", late)
    with pytest.raises(OpsError, match="AWS refuses ChangeMessageVisibility"):
        place.stack.run("dead-letters", "redrive", order.order_id)
    assert place.ids(place.people) == []


@pytest.mark.parametrize("yes", [True, False])
def test_drop_deletes_only_what_it_has_shown(place: Place, monkeypatch: pytest.MonkeyPatch, *, yes: bool) -> None:
    """Another message of the same order, which has come since, stays."""
    order = place.order()
    lists = DeadLetters.all
    later: list[str] = []

    @contextmanager
    def with_another(self: DeadLetters) -> Iterator[Any]:
        with lists(self) as letters:
            yield letters
        later.append(place.sqs.send_message(QueueUrl=place.dead, MessageBody=order.model_dump_json())["MessageId"])

    monkeypatch.setattr(DeadLetters, "all", with_another)
    place.stack.run("dead-letters", "drop", order.order_id, *(["--yes"] if yes else []), types="yes\n")
    monkeypatch.undo()
    assert sorted(it["MessageId"] for it in place.bodies(place.dead)) == sorted(later)


def test_drop_says_what_it_did_not_find_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else has taken one of two messages since they were listed: the other is deleted."""
    order = place.order()
    place.sqs.send_message(QueueUrl=place.dead, MessageBody=order.model_dump_json())
    delete = DeadLetters.delete

    def deleting_both(self: DeadLetters, letter: DeadLetter) -> None:
        delete(self, letter)
        place.sqs.purge_queue(QueueUrl=place.dead)

    monkeypatch.setattr(dead_letter_queue, "_BATCH", 1)
    monkeypatch.setattr(DeadLetters, "delete", deleting_both)
    with pytest.raises(OpsError, match="no dead letter has the id"):
        place.stack.run("dead-letters", "drop", order.order_id, "--yes")
    assert place.ids(place.dead) == []


def test_drop_asks_first(place: Place) -> None:
    """It shows what would go. Only a yes, or --yes, deletes it, and only that one."""
    order, other = place.order(), place.order()
    for no in ("no\n", ""):
        with pytest.raises(OpsError, match="it is kept: the answer was not yes"):
            place.stack.run("dead-letters", "drop", order.order_id, types=no)
    with pytest.raises(OpsError, match="add --yes"):
        place.stack.ask("dead-letters", "drop", order.order_id)
    said = place.stack.run("dead-letters", "drop", order.order_id, types="yes\n")
    assert "Delete it for ever?" in said
    assert f"{order.order_id} is deleted" in said
    with pytest.raises(OpsError, match="no dead letter has the id"):
        place.stack.run("dead-letters", "drop", order.order_id, "--yes")
    assert place.ids(place.dead) == [other.order_id]


@pytest.mark.parametrize(
    ("words", "call", "line"),
    [
        (["show"], "ReceiveMessage", "0 dead letters read ..."),
        (["redrive", "ID"], "SendMessage", "1 dead letters read ..."),
        (["drop", "ID", "--yes"], "DeleteMessage", "1 dead letters read ..."),
    ],
)
def test_what_takes_long_says_how_far_it_is(place: Place, words: list[str], call: str, line: str) -> None:
    """Also with an id."""
    order = place.order()
    with place.stack.waiting(f"sqs.{call}", line):
        place.stack.run("dead-letters", *(order.order_id if it == "ID" else it for it in words))


def test_recordings_lists_what_is_not_over(place: Place) -> None:
    """Who asked for it and where, since when, and when it is due; the same as a document."""
    assert place.stack.run("recordings") == "no recording is planned or runs\n"
    order = place.order()
    place.settle(order, Started(job=a_job()))
    (row,) = place.stack.ask("recordings")["recordings"]
    assert (row["room"], row["user"], row["job"], row["by"], row["channel"]) == (
        "100",
        "user001",
        "1",
        "slack_user U1ANN",
        "C1",
    )
    assert row["recording"] == f"{order.order_id}.0"
    assert row["state"] == "starting"
    assert row["due"] is not None
    heading, line = place.stack.run("recordings").splitlines()
    assert heading.split()[:3] == ["room", "user", "state"]
    assert line.split()[:3] == ["100", "user001", "starting"]
