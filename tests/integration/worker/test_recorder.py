"""The recorder as Lambda calls it: environment, secret, queue and table are moto's, RTC and Slack are stand-ins."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from functions import recorder
from functions.aws.away import Away
from functions.aws.observability import Metric
from functions.aws.queue import OrderQueue, read
from functions.aws.settings import SettingsError
from functions.ledger.attempts import Attempts
from functions.ledger.ledger import Ledger, open_ledger
from functions.webhook_api.order_status import order_status
from functions.worker.due import DueHandler
from local.http_message import Answer, Request
from local.rtc.api import RtcApi
from local.rtc.faults import Fault
from local.rtc.server import serve
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.workspace import SlackWorkspace
from shared.actors import Actor
from shared.log_events import LogEvent
from shared.order_ids import new_order_id, order_id_of
from shared.orders import Check, NotQueued, Order, PerhapsQueued, Start, Stop, Tick
from shared.rtc.models import RecordingRequest
from shared.slack_refs import ReplyTo
from tests.builders import TIMETABLE
from tests.lambda_context import Context
from tests.ledger_table import create_table
from tests.logs import loggers_restored
from tests.own_clients import an_account, answer_by_moto, connect
from tests.processes import PATIENCE_S
from tests.raw_server import RawServer, http
from tests.recorder_settings import RECORDER
from tests.team_documents import put_document


@dataclass
class Deployed:
    """The function's world."""

    rtc: RtcApi
    slack: SlackWorkspace
    dynamodb: DynamoDBClient

    def order(self, user_id: str) -> Order:
        """An order of ann's."""
        delivery = self.slack.type_command(ANN, CLASS_RECORDINGS, "whatever")
        return Order(
            order_id=new_order_id(),
            actor=Actor(kind="slack_user", id=ANN.user_id),
            action=Start(requests=(RecordingRequest(room_id="100", user_id=user_id),)),
            placed_at=datetime.now(UTC),
            reply_to=ReplyTo(channel_id=CLASS_RECORDINGS.channel_id, response_url=delivery.response_url),
        )

    def ledger(self) -> Ledger:
        """The function's ledger."""
        return open_ledger(self.dynamodb, "ledger", self.rtc.credentials.app_id)

    def read(self) -> str:
        """All that ann reads in the channel."""
        return "\n".join(map(self.slack.chat.as_text, self.slack.chat.messages(CLASS_RECORDINGS, ANN)))


KEY = {"access_key": RtcApi().credentials.access_key, "secret_key": RtcApi().credentials.secret_key}
LOGIN = {
    "domain_name": RtcApi().credentials.iam_domain,
    "user_name": RtcApi().credentials.iam_user,
    "password": RtcApi().credentials.iam_password,
}


def forget() -> None:
    """Let the next call be a cold start."""
    recorder._worker.cache_clear()
    recorder._shared.cache_clear()


@pytest.fixture
def deployed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """The function before its cold start; its secret is the parameter, or an access key."""
    api = RtcApi(calls_per_second=None)
    with (
        serve(api) as rtc,
        closing(SlackWorkspace(rate_limited=False, patience=PATIENCE_S)) as slack,
        RawServer(lambda sock: sock.sendall(http(200))) as door,
    ):
        slack.request_url = door.endpoint
        for name, value in {
            **RECORDER,
            "AWS_ACCESS_KEY_ID": "made",
            "AWS_SECRET_ACCESS_KEY": "up",
            "AWS_REGION": "eu-west-1",
            "SECRET_ID": "recorder",
            "LEDGER_TABLE": "ledger",
            "MAX_RECEIVES": "3",
            "RTC_ENDPOINT": rtc.endpoint,
            "RTC_APP_ID": api.credentials.app_id,
            "RTC_PROJECT_ID": api.credentials.project_id,
            "IAM_ENDPOINT": rtc.endpoint,
            "SLACK_API_URL": slack.api_url,
            "SLACK_RESPONSE_URL": slack.response_url_prefix,
        }.items():
            monkeypatch.setenv(name, value)
        forget()
        answer_by_moto(monkeypatch)
        with an_account(), loggers_restored():
            secret = json.dumps(getattr(request, "param", KEY))
            connect("secretsmanager").create_secret(Name="recorder", SecretString=secret)
            for variable, name in (("ORDER_QUEUE_URL", "orders"), ("CALLER_QUEUE_URL", "caller-orders")):
                monkeypatch.setenv(variable, connect("sqs").create_queue(QueueName=name)["QueueUrl"])
            dynamodb = connect("dynamodb")
            create_table(dynamodb)
            put_document(dynamodb, "ledger", api.credentials.app_id, {"callers": {TIMETABLE.id: {}}})
            yield Deployed(api, slack, dynamodb)
        forget()


def batch(*bodies: str, receive: int = 1, queue: str = "orders") -> dict[str, Any]:
    """An event with these messages of a queue, whose ids are their places."""
    return {
        "Records": [
            {
                "messageId": str(place),
                "receiptHandle": "none",
                "body": body,
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
                "attributes": {"ApproximateReceiveCount": str(receive)},
            }
            for place, body in enumerate(bodies)
        ]
    }


def undone(event: Mapping[str, Any]) -> list[str]:
    """The ids of the messages that are to be received again."""
    answer = recorder.handler(event, Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize("deployed", [KEY, LOGIN], ids=["access key", "login"], indirect=True)
def test_an_order_is_done_with_a_key_or_with_a_login(deployed: Deployed) -> None:
    """Both ways of authentication that the secret can hold start the recording."""
    assert undone(batch(deployed.order("user001").model_dump_json())) == []
    assert len(deployed.rtc.jobs()) == 1
    assert "🟡 Starting user001" in deployed.read()


def test_one_bad_message_does_not_hold_up_the_batch(deployed: Deployed) -> None:
    """Garbage and an order that has to wait are undone; the other order is done. Either order may call RTC first."""
    deployed.rtc.misbehave(Fault(status=500, error_code="RTC.00002001"), operation="start")
    orders = [deployed.order("user001"), deployed.order("user002")]
    garbage, waiting = undone(batch("garbage", *(order.model_dump_json() for order in orders)))
    (job,) = deployed.rtc.jobs()
    assert garbage == "0"
    assert job.parameters.user_id == {"1": "user002", "2": "user001"}[waiting]


def test_the_messages_of_a_batch_are_processed_at_once(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """RTC has the calls of all of them before it answers the first."""
    orders = [deployed.order(f"user{n}") for n in range(3)]
    meeting, answer = threading.Barrier(len(orders)), deployed.rtc.answer

    def answer_when_all_have_called(request: Request) -> Answer:
        meeting.wait(PATIENCE_S)
        return answer(request)

    monkeypatch.setattr(deployed.rtc, "answer", answer_when_all_have_called)
    assert undone(batch(*(order.model_dump_json() for order in orders))) == []
    assert len(deployed.rtc.jobs()) == len(orders)


def test_our_own_mistake_is_confessed_on_the_last_receive_and_not_before(deployed: Deployed) -> None:
    """The asker reads one sentence, once; the message stays undone, and so goes to the dead letters."""
    body = deployed.order("user001").model_dump_json()
    deployed.dynamodb.delete_table(TableName="ledger")
    assert undone(batch(body, receive=2)) == ["0"]
    assert deployed.read() == ""
    assert undone(batch(body, receive=3)) == ["0"]
    assert "That was our mistake, not yours" in deployed.read()


@pytest.mark.parametrize("deployed", [{"access_key": "alone"}], indirect=True)
def test_a_secret_that_opens_nothing_leaves_the_order_and_tells_the_asker(deployed: Deployed) -> None:
    """A half-filled secret is the operator's to mend: nothing is lost, and the asker hears of it."""
    body = deployed.order("user001").model_dump_json()
    assert undone(batch(body, receive=3)) == ["0"]
    assert "is kept for an operator" in deployed.read()


def _event_order(action: Start | Stop) -> Order:
    return Order(
        order_id=order_id_of("timetable", "evt_1"),
        actor=TIMETABLE,
        action=action,
        placed_at=datetime.now(UTC),
        body_digest="0" * 64,
    )


START = Start(requests=(RecordingRequest(room_id="100", user_id="user001"),))
STOP = Stop(room_id="100", user_id="user001")


@pytest.mark.parametrize("deployed", [{"access_key": "alone"}], indirect=True)
@pytest.mark.parametrize(("action", "ended"), [(START, "not_started"), (STOP, "not_stopped")])
def test_an_event_that_goes_to_the_dead_letters_has_an_outcome(
    deployed: Deployed, action: Start | Stop, ended: str
) -> None:
    """Its status says what it is to do before anything else is read, and ends with the last receive."""
    order = _event_order(action)
    told = []
    for receive in (2, 3):
        assert undone(batch(order.model_dump_json(), receive=receive)) == ["0"]
        now = datetime.now(UTC)
        told.append(order_status(order.order_id, deployed.ledger().orders.read(order.order_id), now, now))
    assert [(status.state, [it.state for it in status.streams]) for status in told] == [
        ("working", ["working"]), ("done", [ended])
    ]  # fmt: skip
    assert told[-1].streams[0].error_msg == "out_of_time"


@pytest.mark.parametrize("deployed", [{"access_key": "alone"}], indirect=True)
def test_a_call_that_was_begun_is_not_given_up_as_not_made(deployed: Deployed) -> None:
    """It may have been taken: when its lease is over, what came of it is unknown."""
    order = _event_order(START)
    deployed.ledger().attempts.claim(order, 0, START.requests[0], datetime.now(UTC))
    assert undone(batch(order.model_dump_json(), receive=3)) == ["0"]
    record = deployed.ledger().orders.read(order.order_id)
    assert [attempt.state for attempt in record.attempts] == ["calling"]


def test_another_body_under_the_same_id_starts_nothing(deployed: Deployed) -> None:
    """The door lets both in if they come at once; the first one counts."""
    first = _event_order(START)
    other = Start(requests=(*START.requests, RecordingRequest(room_id="100", user_id="other")))
    second = first.model_copy(update={"action": other, "body_digest": "1" * 64})
    for order in (first, second):
        assert undone(batch(order.model_dump_json())) == []
    assert [job.parameters.user_id for job in deployed.rtc.jobs()] == ["user001"]


def test_an_event_is_given_up_even_where_the_ledger_is_away(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing can be noted then; the message is kept all the same. That no table is there is counted as our mistake."""
    deployed.dynamodb.delete_table(TableName="ledger")
    assert undone(batch(_event_order(START).model_dump_json(), receive=3)) == ["0"]
    assert Metric.RECORDER_FAILED in capsys.readouterr().out


def test_wrong_settings_fail_the_whole_batch(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its settings the function cannot tell anything apart: the queue keeps everything."""
    monkeypatch.setenv("RTC_ENDPOINT", "rtc.example")
    with pytest.raises(SettingsError, match="RTC_ENDPOINT"):
        recorder.handler(batch(deployed.order("user001").model_dump_json()), Context())


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("queue", ["orders", "caller-orders"])
def test_a_message_that_cannot_be_read_waits_like_a_failed_order(queue: str) -> None:
    """A newer door may have put it there: it waits, on its queue, until a newer recorder is deployed."""
    sqs = connect("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody='{"action": {"kind": "dance"}}')
    (message,) = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    event = batch(message["Body"], queue=queue)
    event["Records"][0]["receiptHandle"] = message["ReceiptHandle"]
    assert undone(event) == ["0"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def _waiting(queue: str) -> list[tuple[Order | Tick, int]]:
    """The orders on a queue, with the number of times that each was received."""
    sqs = connect("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
    return [(read(it["Body"]), int(it["Attributes"]["ApproximateReceiveCount"])) for it in found.get("Messages", [])]


def _no_delays(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Put each order on its queue without its delay, and return the delays."""
    put = OrderQueue.put
    delays: list[int] = []

    def put_at_once(queue: OrderQueue, order: Order, *, delay: int) -> None:
        delays.append(delay)
        put(queue, order)

    monkeypatch.setattr(OrderQueue, "put", put_at_once)
    return delays


class Hurried(Context):
    """A call that has no time for RTC any more."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return less than a call takes."""
        return 10_000


def test_waiting_for_a_turn_uses_up_no_receive(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order goes on the queue of whoever asks as a new message, and the old one is done, even the last time."""
    delays = _no_delays(monkeypatch)
    for order, queue in ((deployed.order("user001"), "orders"), (_event_order(START), "caller-orders")):
        event = batch(order.model_dump_json(), receive=3, queue=queue)
        assert recorder.handler(event, Hurried()) == {"batchItemFailures": []}
        assert _waiting(queue) == [(order.model_copy(update={"body_digest": None}), 1)]
    assert min(delays) > 0, "it would come back at once, again and again"
    assert deployed.rtc.calls() == []
    assert deployed.read() == ""


@pytest.mark.parametrize("failure", [NotQueued, PerhapsQueued])
def test_an_order_that_the_queue_does_not_take_back_comes_again(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    """It then waits as after a failure, so it is not lost."""

    def refuse(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(OrderQueue, "put", refuse)
    body = deployed.order("user001").model_dump_json()
    assert recorder.handler(batch(body), Hurried()) == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_a_refused_key_stops_all_calls_and_who_waits_is_told_once(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two orders meet the refusal; the third waits and reads why; a caller without a channel waits as well."""
    _no_delays(monkeypatch)
    deployed.rtc.check_signatures(wrong_key=True)
    for user in ("user001", "user002"):  # not at once: moto's conditional writes of two threads can both succeed
        assert undone(batch(deployed.order(user).model_dump_json())) == []
    assert deployed.read().count("HTTP 401") == 2
    waiting = deployed.order("user003")
    for _ in range(2):
        assert undone(batch(waiting.model_dump_json(), receive=3)) == []
    assert undone(batch(_event_order(START).model_dump_json(), receive=3, queue="caller-orders")) == []
    assert len(deployed.rtc.calls()) == 2
    assert deployed.read().count("Waiting: RTC refuses recordbot's key") == 1
    assert f"Order {waiting.order_id} is tried again at " in deployed.read()
    assert {order for order, _ in _waiting("orders")} == {waiting}
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len([it for it in metrics if Metric.RTC_REFUSED_KEY in it]) == 2
    assert len([it for it in metrics if it.get("message") == LogEvent.RTC_STOPPED]) == 1


def test_a_check_that_waits_for_a_refused_key_is_no_news(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its order is answered, and the answer stays as it is."""
    _no_delays(monkeypatch)
    order = deployed.order("user001")
    assert undone(batch(order.model_dump_json())) == []
    deployed.rtc.check_signatures(wrong_key=True)
    for user in ("user002", "user003"):
        assert undone(batch(deployed.order(user).model_dump_json())) == []
    reported: list[Order] = []
    monkeypatch.setattr("functions.worker.telling.Telling.report_wait", lambda _, order, __: reported.append(order))
    check = order.next_check(1)
    assert undone(batch(check.model_dump_json())) == []
    assert check in [waiting for waiting, _ in _waiting("orders")]
    assert reported == []


@pytest.mark.parametrize(
    ("error", "pages"), [(None, False), (Away("DynamoDB"), False), (ValueError("ours"), True)], ids=str
)
def test_a_tick_is_done_whatever_happens(
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception | None,
    *,
    pages: bool,
) -> None:
    """The next one comes within a minute. Only our own mistake is counted as one."""
    ticks: list[Tick] = []

    def run(_: DueHandler, tick: Tick, __: object) -> None:
        ticks.append(tick)
        if error is not None:
            raise error

    monkeypatch.setattr(DueHandler, "run", run)
    tick = Tick(action=Check(), placed_at=datetime.now(UTC))
    assert undone(batch(tick.model_dump_json())) == []
    assert ticks == [tick]
    assert (Metric.RECORDER_FAILED in capsys.readouterr().out) is pages
    assert deployed.rtc.calls() == []


def test_a_result_that_is_kept_goes_on_the_queue_after_the_next_order(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another recorder may receive the order whose result neither ledger nor queue took."""
    order = deployed.order("user001")

    def fail(*_: object, **__: object) -> NoReturn:
        raise NotQueued

    with monkeypatch.context() as patch:
        patch.setattr(Attempts, "store", fail)
        patch.setattr(OrderQueue, "put", fail)
        assert undone(batch(order.model_dump_json())) == ["0"]
    _no_delays(monkeypatch)
    assert undone(batch(deployed.order("user002").model_dump_json())) == []
    settles = [it.action for it, _ in _waiting("orders") if isinstance(it, Order) and it.order_id == order.order_id]
    assert [action.kind for action in settles] == ["settle"]
