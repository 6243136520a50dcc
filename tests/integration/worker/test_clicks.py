"""Clicks on the bot's messages, from the door to the message as it is then: real ledger, RTC and Slack stand-ins."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient
from slack_bolt import App, BoltRequest

from bot.app import create_app
from bot.conversation import Conversation
from bot.slack_api import SlackApi
from functions.ledger.shown_recordings import ShownRecordings
from local.http_message import Wire
from local.rtc.faults import Fault
from local.slack.blocks import elements_of
from local.slack.chat import ANN, BEN, CLASS_RECORDINGS, Message, Person
from local.slack.elements import Button, StaticSelect
from shared.actors import Actor
from shared.attempts import State
from shared.order_ids import new_order_id
from shared.orders import GiveUp, Order, Start, Stop
from shared.recordings import RecordingState
from shared.stops import StopRecord
from shared.team import InForce
from shared.team_document import team_of
from tests.builders import a_request
from tests.integration.conftest import World, a_world
from tests.processes import PATIENCE_S

FAILED = Fault(status=500, error_code="RTC.00002001")
SILENT_AFTER = Fault(wire=Wire.NOTHING, delay=60, made=True)


@dataclass
class Clicks:
    """A world, with a door for what is clicked in it."""

    world: World
    orders: list[Order] = field(default_factory=list)

    def app(self) -> App:
        slack = SlackApi(
            api_url=self.world.slack.api_url,
            bot_token=None,
            response_url_prefix=self.world.slack.response_url_prefix,
            limits=(PATIENCE_S, PATIENCE_S),
        )
        conversation = Conversation(
            "/record",
            300,
            lambda: ShownRecordings(self.world.ledger),
            self.orders.append,
            _fail,
            lambda: self.world.team,
            clock=self.world.clock,
        )
        return create_app(conversation, report=_fail, respond=slack.post_to_response_url)

    def click(self, person: Person, message: Message, action_id: str, chosen: str | None = None) -> list[Order]:
        """Click, and let the door answer. Return the orders that it placed, which nobody has processed."""
        delivery = self.world.slack.click(person, message, action_id, chosen)
        payload = json.loads(parse_qs(delivery.request.body.decode())["payload"][0])
        self.orders.clear()
        response = self.app().dispatch(BoltRequest(body=payload, mode="socket_mode"))
        assert (response.status, response.body) == (200, "")
        return list(self.orders)

    def done(self, person: Person, message: Message, action_id: str, chosen: str | None = None) -> Message:
        """Click, and process what was placed to its end. Return the message as it is then."""
        for order in self.click(person, message, action_id, chosen):
            self.finish(order)
        return self.now(message)

    def finish(self, order: Order) -> None:
        for _ in range(10):
            delay = self.world.run(order)
            if delay is None:
                return
            self.world.clock.tick(delay.total_seconds())
        pytest.fail("the order is not done")

    def now(self, message: Message) -> Message:
        found = self.world.slack.chat.find(message.channel_id, message.ts)
        assert found is not None
        return found

    def messages(self, person: Person = ANN) -> list[Message]:
        return list(self.world.slack.chat.messages(CLASS_RECORDINGS, person))

    def text(self, message: Message) -> str:
        return self.world.slack.chat.as_text(message)


def _fail(error: Exception) -> None:
    raise error


def labels(message: Message) -> list[str]:
    """The buttons and menus that a person sees."""
    seen = [it for block in message.content.blocks for it in elements_of(block)]
    texts = [
        it.text if isinstance(it, Button) else it.placeholder for it in seen if isinstance(it, Button | StaticSelect)
    ]
    return [text.text for text in texts if text is not None]


@pytest.fixture(params=[True, False], ids=["token", "no token"])
def clicks(aws: tuple[DynamoDBClient, SQSClient], request: pytest.FixtureRequest) -> Iterator[Clicks]:
    """With a bot token, and without one: what is clicked stands in a message of the bot, or of a response_url."""
    with a_world(aws, bot_token=request.param) as world:
        yield Clicks(world)


def a_card(clicks: Clicks, *users: str) -> Message:
    """The message about a recording that runs, or that begins where it can't be drawn again."""
    order = clicks.world.order(*users)
    clicks.finish(order)
    clicks.world.clock.tick(2)
    while check := clicks.world.next_check():
        clicks.finish(check)
    return clicks.messages()[-1]


def test_stop_ends_the_recording_and_the_message_says_so(clicks: Clicks) -> None:
    """There is no other answer, and what can be clicked then is to record again."""
    card = a_card(clicks)
    assert labels(card) == ["Stop", "Details"]
    before = len(clicks.messages())
    after = clicks.done(ANN, card, "stop")
    assert clicks.text(after).startswith("⏹️ Recorded user001 in room 100")
    assert labels(after) == ["Record again", "Details"]
    assert len(clicks.messages()) == before
    assert [job.state for job in clicks.world.rtc.jobs()] == ["STOPPED"]


def test_the_button_is_gone_before_rtc_has_answered(clicks: Clicks) -> None:
    """While RTC fails, the message says who asked; another person's click in that time is answered too."""
    card = a_card(clicks)
    clicks.world.rtc.misbehave(FAILED, operation="stop")
    (order,) = clicks.click(ANN, card, "stop")
    assert clicks.world.run(order) is not None
    assert "asked for by @ann" in clicks.text(clicks.now(card))
    assert "Stop" not in labels(clicks.now(card))
    clicks.world.clock.tick(60)
    clicks.finish(order)
    assert clicks.text(clicks.now(card)).startswith("⏹️ Recorded")


def test_a_stop_that_is_sent_twice_stops_once(clicks: Clicks) -> None:
    """Slack may send a click again: both orders are the same, and RTC is asked once."""
    card = a_card(clicks)
    (order,) = clicks.click(ANN, card, "stop")
    for _ in range(2):
        clicks.finish(order)
    assert sum(call.operation == "stop" for call in clicks.world.rtc.calls()) == 1
    assert clicks.text(clicks.now(card)).count("Recorded") == 1


def test_a_stale_click_shows_how_things_stand_and_mends_the_message(clicks: Clicks) -> None:
    """A message without a bot token can't say by itself that its recording is over."""
    card = a_card(clicks)
    clicks.done(ANN, card, "stop")
    clicks.world.slack.chat.edit(clicks.now(card), card.content)  # as where its news could not be shown
    after = clicks.done(BEN, clicks.now(card), "stop")
    assert clicks.text(after).startswith("⏹️ Recorded user001 in room 100")
    said = clicks.messages(BEN)[-1]
    assert said.only_for == BEN.user_id
    assert "Nothing to stop" in clicks.text(said)


def test_somebody_else_is_asked_first_and_the_answer_replaces_the_question(clicks: Clicks) -> None:
    """Nobody else sees the question, and when it is answered its button is gone."""
    card = a_card(clicks)
    assert clicks.click(BEN, card, "stop") == []
    question = clicks.messages(BEN)[-1]
    assert (question.only_for, labels(question)) == (BEN.user_id, ["Stop it"])
    answered = clicks.done(BEN, question, "stop")
    assert labels(answered) == []
    shown = [clicks.text(it) for it in (clicks.now(card), clicks.messages()[-1])]
    assert "by @ben" in "".join(shown)
    assert [job.state for job in clicks.world.rtc.jobs()] == ["STOPPED"]


def test_a_message_of_several_has_a_menu_and_a_button_for_all(clicks: Clicks) -> None:
    """Each choice stops that one alone; the rest goes on."""
    card = a_card(clicks, "user001", "user002", "user003")
    assert labels(card) == ["Stop one…", "Stop all", "Details"]
    second = clicks.world.ledger.recordings.live()
    chosen = next(it for it in second if it.request.user_id == "user002")
    clicks.done(ANN, card, "stop", chosen.id)
    assert {it.request.user_id for it in clicks.world.ledger.recordings.live()} == {"user001", "user003"}
    assert "Stop all" in labels(clicks.now(card))
    clicks.world.clock.tick(10)
    clicks.done(ANN, clicks.now(card), "stop-2")
    assert not clicks.world.ledger.recordings.live()


def test_record_again_starts_the_same_once_more(clicks: Clicks) -> None:
    """The first click starts it, the second is told that it is recorded already."""
    card = a_card(clicks)
    over = clicks.done(ANN, card, "stop")
    clicks.world.clock.tick(60)
    for expected in (2, 2):
        for order in clicks.click(ANN, clicks.now(over), "again"):
            clicks.finish(order)
        clicks.world.slack.chat.edit(clicks.now(over), over.content)  # as who has not loaded it anew sees it
        clicks.world.clock.tick(5)
        assert clicks.world.starts() == expected


def test_details_show_every_field_and_the_request_id(clicks: Clicks) -> None:
    """Only to the person who clicked."""
    card = a_card(clicks)
    clicks.done(BEN, card, "details")
    said = next(it for it in reversed(clicks.messages(BEN)) if it.only_for == BEN.user_id)
    shown = clicks.text(said)
    (recording,) = clicks.world.ledger.recordings.live()
    attempt = ShownRecordings(clicks.world.ledger).attempt_of(recording.id)
    assert attempt is not None
    assert attempt.outcome is not None
    assert attempt.outcome.kind == "started"
    assert attempt.outcome.job.room_id == "100"
    for part in (
        f"request {attempt.outcome.request_id}",
        "room_id: 100",
        "stream_name: ",
        "state: ",
        "asked for by @ann",
    ):
        assert part in shown


def test_an_unknown_outcome_can_be_tried_again_or_released(clicks: Clicks) -> None:
    """By what somebody has found out; each ends the hold, and only one starts again."""
    for action_id, starts in (("release", 1), ("again", 3)):
        clicks.world.rtc.misbehave(SILENT_AFTER, operation="start")
        order = clicks.world.order("user009")
        clicks.finish(order)
        card = clicks.messages()[-1]
        assert labels(card)[:2] == ["Try again", "Release"]
        clicks.done(ANN, card, action_id)
        recording = clicks.world.ledger.recordings.read(order.order_id, 0)
        assert recording is not None
        assert recording.state is RecordingState.ENDED
        assert clicks.world.starts() == starts
        clicks.world.clock.tick(60)


def test_a_refused_start_can_be_tried_again(clicks: Clicks) -> None:
    """Its details have RTC's answer with the request id, though there is no recording."""
    clicks.world.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start")
    clicks.finish(clicks.world.order("user008"))
    refused = clicks.messages()[-1]
    assert labels(refused) == ["Try again", "Details"]
    clicks.done(ANN, refused, "details")
    assert "RTC.00001007" in clicks.text(clicks.messages()[-1])
    clicks.done(ANN, refused, "again")
    assert [it.request.user_id for it in clicks.world.ledger.recordings.live()] == ["user008"]


def test_a_start_that_waits_can_be_given_up(clicks: Clicks) -> None:
    """Then it isn't tried again, and its message says so, and who gave it up."""
    clicks.world.rtc.misbehave(FAILED, operation="start", times=None)
    order = clicks.world.order()
    assert clicks.world.run(order) is not None
    waits = clicks.messages()[-1]
    assert labels(waits) == ["Give up"]
    given_up = clicks.done(BEN, waits, "give-up")
    assert clicks.text(given_up).startswith("⛔ Not recorded: user001 in room 100")
    assert "@ben gave it up. Nothing was started." in clicks.text(given_up)
    assert labels(given_up) == ["Try again", "Details"]
    asked = clicks.world.starts()
    clicks.world.clock.tick(60)
    clicks.finish(order)
    assert clicks.world.starts() == asked
    assert clicks.messages()[-1].ts == given_up.ts


def test_record_again_is_gone_with_the_first_click(clicks: Clicks) -> None:
    """Everybody sees who asked; the details stay."""
    card = a_card(clicks)
    over = clicks.done(ANN, card, "stop")
    (order,) = clicks.click(BEN, over, "again")
    shown = clicks.now(over)
    assert labels(shown) == ["Details"]
    assert clicks.text(shown).startswith("⏹️ Recorded user001 in room 100")
    assert "by @ben" in clicks.text(shown)
    assert order.order_id in clicks.text(shown)


def test_what_is_started_again_is_redrawn_when_the_new_start_has_its_outcome(clicks: Clicks) -> None:
    """What was asked of it is said only while its work is under way, however that ends."""
    card = a_card(clicks)
    over = clicks.done(ANN, card, "stop")
    for fault in (None, FAILED, Fault(status=400, error_code="RTC.00001007")):
        if fault is not None:
            clicks.world.rtc.misbehave(fault, operation="start")
        (order,) = clicks.click(BEN, clicks.now(over), "again")
        assert "Asking RTC" in clicks.text(clicks.now(over))
        if fault is FAILED:
            assert clicks.world.run(order) is not None
            assert "Asking RTC" in clicks.text(clicks.now(over))
        clicks.finish(order)
        assert (clicks.now(over).content.blocks, labels(clicks.now(over))) == (over.content.blocks, labels(over))
        clicks.world.clock.tick(60)
        for recording in clicks.world.ledger.recordings.live():
            clicks.world.client.stop(recording.job_id or "")
        clicks.world.tick(minutes=2)


def test_what_was_refused_and_is_tried_again_is_redrawn(clicks: Clicks) -> None:
    """There is no recording of it, only the refused start."""
    clicks.world.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start")
    clicks.finish(clicks.world.order("user008"))
    refused = clicks.messages()[-1]
    after = clicks.done(BEN, refused, "again")
    assert (clicks.text(after), labels(after)) == (clicks.text(refused), labels(refused))


def test_what_can_be_done_about_an_unknown_outcome_is_gone_with_the_first_click(clicks: Clicks) -> None:
    """What else stands on the message stays, and the next redrawing shows what can be done then."""
    for action_id in ("again", "release"):
        clicks.world.rtc.misbehave(SILENT_AFTER, operation="start")
        clicks.finish(clicks.world.order("user009"))
        card = clicks.messages()[-1]
        (order,) = clicks.click(ANN, card, action_id)
        assert labels(clicks.now(card)) == ["Details"]
        clicks.finish(order)
        clicks.world.clock.tick(60)
        for recording in clicks.world.ledger.recordings.live():
            clicks.world.client.stop(recording.job_id or "")
        clicks.world.tick(minutes=30)


def test_who_may_not_stop_all_that_an_order_names_can_not_give_it_up(clicks: Clicks) -> None:
    """Neither a start of several rooms, nor a stop of a stream of which no recording is known."""
    may_in_200 = {"name": "ben", "who": [BEN.user_id], "may": ["list", "stop any"], "rooms": ["200"]}
    world = clicks.world
    world.rtc.misbehave(FAILED, operation="start", times=None)
    start = Start(requests=(a_request(room_id="100", user_id="user001"), a_request(room_id="200", user_id="user001")))
    order = world.order().model_copy(update={"action": start})
    assert world.run(order) is not None
    waits = clicks.messages()[-1]
    world.team = InForce(team_of({"rules": [may_in_200]}))
    clicks.done(BEN, waits, "give-up")
    assert {it.state for it in world.ledger.orders.read(order.order_id).attempts} == {State.WAITING}
    stop = Stop(room_id="100", user_id="user001")
    unknown = StopRecord(order_id=new_order_id(), actor=order.actor, began_at=world.clock(), targets=(stop.target(),))
    world.ledger.stops.begin(unknown, world.clock())
    by_ben = Actor(kind="slack_user", id=BEN.user_id)
    give_up = order.model_copy(
        update={"order_id": new_order_id(), "actor": by_ben, "action": GiveUp(order=unknown.order_id)}
    )
    assert world.run(give_up) is None
    stored = world.ledger.stops.read(unknown.order_id)
    assert stored is not None
    assert stored.settled_at is None
