"""What a click does, from Slack's payload to the order and the answer at its response_url."""

from dataclasses import dataclass, field
from typing import Any, override

import pytest
from slack_bolt import BoltRequest

from bot.app import create_app
from bot.conversation import Conversation
from bot.surfaces import Surfaces, ToClick
from shared.orders import Show, Start, Stop
from shared.recordings import Recording, RecordingState, Unavailable
from shared.slack_refs import ReplyTo
from shared.team import SHIPPED, InForce
from shared.team_document import team_of
from tests.block_kit import controls_of, read
from tests.builders import ANN, BEN, NOW
from tests.clicks import CLICK_URL, MESSAGE_TS, a_click
from tests.known_recordings import KnownRecordings, a_known
from tests.unit.bot.interactions.outside import Outside

OVER: dict[str, Any] = {"state": RecordingState.ENDED, "ended_at": NOW}


def test_a_click_on_stop_stops_one_s_own_recording() -> None:
    """The order says whose click it is and which message it stands on; that message is redrawn, so nothing is said."""
    mine = a_known("1")
    outside = Outside((mine,))
    assert outside.click("stop", mine.id) == 200
    (order,) = outside.orders
    assert (order.actor, order.action) == (ANN, Stop(recordings=(mine.id,)))
    assert order.reply_to == ReplyTo(channel_id="C1", response_url=CLICK_URL, is_public=True, clicked=MESSAGE_TS)
    assert not outside.posted


def test_a_click_counts_once_however_often_it_is_sent() -> None:
    """The same click gives the same order; another one, of another person or a second later, gives another."""
    mine = a_known("1")
    outside = Outside((mine,))
    for more in ({}, {}, {"action_ts": "1772447401.123456"}, {"user_id": "U1EVE"}):
        outside.click("run", "100 user001", **more)
    ids = [order.order_id for order in outside.orders]
    assert len(ids) == 4
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_somebody_else_s_recording_is_stopped_after_a_question() -> None:
    """The question stands where only who clicked sees it, and its button is the word that the command would want."""
    mine = a_known("1")
    outside = Outside((mine,))
    outside.click("stop", mine.id, user_id=BEN.id)
    asked, replaces = outside.answer()
    assert (outside.orders, replaces) == ([], False)
    (button,) = controls_of(asked)
    assert button["text"]["text"] == "Stop it"
    outside.posted.clear()
    outside.click(button["action_id"], button["value"], user_id=BEN.id, is_ephemeral=True)
    (order,) = outside.orders
    assert (order.actor, order.action) == (BEN, Stop(recordings=(mine.id,)))
    assert order.reply_to == ReplyTo(channel_id="C1", response_url=CLICK_URL, is_public=True, replaces=True)
    said, replaces = outside.answer()
    assert replaces
    assert "Asking RTC to stop" in said.text
    assert not controls_of(said)


def test_a_stale_click_is_answered_with_how_things_stand() -> None:
    """Nothing is stopped, and the recorder brings the old message up to date."""
    over = a_known("1", **OVER)
    outside = Outside((over,))
    outside.click("stop", over.id)
    (order,) = outside.orders
    assert order.action == Show(recording=over.id, known=over.known)
    said, _ = outside.answer()
    assert said.text.startswith("Nothing to stop: user001 in room 100")


def test_a_slip_s_button_types_the_corrected_command() -> None:
    """With the rights and the order of the command, and in place of the slip."""
    outside = Outside()
    outside.click("run", "100 user001 hd", is_ephemeral=True)
    (order,) = outside.orders
    assert isinstance(order.action, Start)
    said, replaces = outside.answer()
    assert replaces
    assert order.order_id in read(said)


@pytest.mark.parametrize(("action_id", "value"), [("start-lesson", "x"), ("stop", "x y"), ("stop", ""), ("", "")])
def test_a_button_of_another_version_gets_an_answer(action_id: str, value: str) -> None:
    """An action_id or a value that nobody knows any more is no 404 and no mistake."""
    outside = Outside()
    assert outside.click(action_id, value) == 200
    assert "another version" in outside.answer()[0].text
    assert not outside.orders


def test_a_button_with_an_address_is_only_acknowledged() -> None:
    """Slack opens the address itself, and would show a warning otherwise."""
    outside = Outside()
    for action_id in ("link", "link-2", "link-0"):
        assert outside.click(action_id) == 200
    assert (outside.orders, outside.posted) == ([], [])


def test_a_click_has_the_rights_of_who_clicks() -> None:
    """Who may not stop what others started is told who can; the button gives no right."""
    team = team_of({"rules": [{"name": "all", "who": ["everyone"], "may": ["start", "list", "stop own"]}]})
    mine = a_known("1")
    outside = Outside((mine,), team=InForce(team))
    outside.click("stop", f"yes {mine.id}", user_id=BEN.id)
    assert "may" in outside.answer()[0].text
    assert not outside.orders


def test_who_belongs_to_another_organisation_counts_as_a_guest() -> None:
    """They can't type the command in a shared channel, but they can click; the recorder reads it in the order too."""
    team = team_of({"rules": [{"name": "all", "who": ["everyone"], "may": ["start", "list", "stop any"]}]})
    mine = a_known("1")
    outside = Outside((mine,), team=InForce(team))
    outside.click("stop", f"yes {mine.id}", user_id=BEN.id, team_id="T2")
    assert not outside.orders
    outside.click("stop", f"yes {mine.id}", user_id=BEN.id)
    allowed = Outside((mine,))
    allowed.click("stop", f"yes {mine.id}", user_id=BEN.id, team_id="T2")
    assert [order.is_foreign for order in (*outside.orders, *allowed.orders)] == [False, True]


@pytest.mark.parametrize(
    "changes",
    [
        {"user": "U1ANN"},
        {"user": {"id": 7}},
        {"channel": None},
        {"container": []},
        {"actions": [{"action_id": ["stop"], "action_ts": "1"}]},
        {"actions": [{"action_id": "stop", "action_ts": 1.5}]},
        {"actions": "stop"},
        {"response_url": None},
        {"team": "T1"},
    ],
)
def test_a_field_of_another_json_type_is_a_bad_request(changes: dict[str, Any]) -> None:
    """It is nobody's mistake here, so nobody is paged."""
    outside = Outside()
    assert outside.click("stop", "0123456789AB.0", **changes) == 400
    assert (outside.orders, outside.posted) == ([], [])


def test_an_answer_that_can_not_be_posted_is_reported_and_the_click_is_acknowledged() -> None:
    """The order is on the queue. With a 400 Slack would tell the person that nothing was done."""
    outside = Outside(response_failure=RuntimeError("a mistake"))
    assert outside.click("run", "100 user001", is_ephemeral=True) == 200
    assert (len(outside.orders), outside.mistakes, outside.away) == (1, [outside.response_failure], [])


def test_aws_being_away_while_the_answer_is_posted_is_no_mistake_of_ours() -> None:
    """The bot token is read from Secrets Manager for it."""
    outside = Outside(response_failure=Unavailable("Secrets Manager"))
    assert outside.click("run", "100 user001", is_ephemeral=True) == 200
    assert (len(outside.orders), outside.mistakes, outside.away) == (1, [], [outside.response_failure])


def test_a_mistake_in_a_listener_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is none of Slack's, so it is no bad request."""
    outside = Outside()
    monkeypatch.setattr(Surfaces, "answer_click", lambda *_: ToClick(None, replaces=False))  # type: ignore[arg-type]
    app = create_app(
        Conversation("/record", 300, KnownRecordings, _none, _none, lambda: InForce(SHIPPED)),
        report=outside.mistakes.append,
        respond=outside.respond,
    )
    response = app.dispatch(BoltRequest(body=a_click("details"), mode="socket_mode"))
    assert response.status == 200
    assert len(outside.mistakes) == 1


def test_a_question_about_several_counts_them_once() -> None:
    """A button names no room, so there is nothing to say but how many."""
    unknown = [a_known(None, user_id=f"user00{n}", state=RecordingState.UNKNOWN) for n in (1, 2)]
    outside = Outside((*unknown,))
    outside.click("release", " ".join(it.id for it in unknown), user_id=BEN.id)
    assert read(outside.answer()[0]).startswith("Nothing released yet: 2 recordings\n")


@dataclass(frozen=True)
class Counted(KnownRecordings):
    """Notes what is read; the ledger is away after that many reads."""

    most: int = 0
    read: list[str] = field(default_factory=list)

    @override
    def of_id(self, recording_id: str) -> Recording | None:
        self.read.append(recording_id)
        if len(self.read) > self.most:
            raise Unavailable("DynamoDB")
        return super().of_id(recording_id)


def test_a_stop_in_a_list_reads_each_recording_once() -> None:
    """The list is redrawn from what was read before the order. A read that fails is answered, and nothing is placed."""
    listed = [a_known(str(n)) for n in range(5)]
    value = f"{listed[0].id} | {' '.join(it.id for it in listed)}"

    for most, ordered in ((5, 1), (4, 0)):
        ledger = Counted(listed, most=most)
        outside = Outside(ledger=ledger)
        assert outside.click("stop", value, is_ephemeral=True) == 200
        assert sorted(ledger.read) == sorted(it.id for it in listed)
        assert (len(outside.orders), len(outside.away), outside.mistakes) == (ordered, 1 - ordered, [])
        outside.answer()


def _none(_: object) -> None:
    pass


def test_a_mistake_in_an_interaction_is_ours_and_no_old_button(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a value that no button has makes a button an old one: a ValueError of ours must page."""

    def fails(*_: object) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr("bot.interactions.recordings.found_of", fails)  # no input makes it fail
    outside = Outside()
    outside.app.dispatch(BoltRequest(body=a_click("details", a_known("1").id), mode="socket_mode"))
    assert len(outside.mistakes) == 1


def test_somebody_of_whom_slack_says_no_organisation_counts_as_of_another() -> None:
    """What Slack doesn't say gives no right: under the shipped rules guests stop nothing."""
    outside = Outside((a_known("1"),))
    outside.click("stop", a_known("1").id, user={"id": "U1ANN"})
    assert outside.orders == []
