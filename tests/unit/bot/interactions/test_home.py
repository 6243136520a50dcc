"""The home tab: what its opening and its clicks place, and what it shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import BoltRequest

from bot.app import create_app
from bot.conversation import Conversation
from bot.interactions.home import home_of
from shared.orders import Home, NotQueued, Order, Stop
from shared.recordings import Recording, RecordingState
from shared.team import MOST_PRESETS, SHIPPED, STRICT, InForce
from shared.team_document import team_of
from tests.builders import ANN, BEN, NOW
from tests.known_recordings import KnownRecordings, a_known
from tests.views import a_home_click, a_home_event, assert_slack_takes_view


@dataclass
class Outside:
    """What stands around the app."""

    known: tuple[Recording, ...] = ()
    team: InForce = field(default_factory=lambda: InForce(SHIPPED))
    failure: Exception | None = None
    orders: list[Order] = field(default_factory=list)
    views: list[Mapping[str, Any]] = field(default_factory=list)
    mistakes: list[Exception] = field(default_factory=list)

    def open_view(self, _: str, view: Mapping[str, Any]) -> bool:
        assert_slack_takes_view(view)
        self.views.append(view)
        return True

    def put(self, order: Order) -> None:
        if self.failure:
            raise self.failure
        self.orders.append(order)

    def send(self, payload: Mapping[str, Any]) -> None:
        app = create_app(
            Conversation(
                command="/record",
                idle_default=300,
                recordings=lambda: KnownRecordings(self.known),
                put=self.put,
                report_away=self.mistakes.append,
                team=lambda: self.team,
                open_view=self.open_view,
                clock=lambda: NOW,
            ),
            report=self.mistakes.append,
            respond=lambda url, message: pytest.fail(f"a home tab has no response_url: {url} {message}"),
        )
        response = app.dispatch(BoltRequest(body=dict(payload), mode="socket_mode"))
        assert (response.status, response.body) == (200, "")
        assert not self.mistakes


def test_opening_the_home_tab_has_it_published_once_however_often_the_event_is_sent() -> None:
    """Slack sends an event again if it hears no answer in time: the order's id is the same."""
    outside = Outside()
    for event_id in ("Ev1", "Ev1", "Ev2"):
        outside.send(a_home_event(event_id=event_id))
    first, again, other = outside.orders
    assert (first.actor, first.action, first.reply_to) == (ANN, Home(is_opened=True), None)
    assert first.order_id == again.order_id != other.order_id


def test_opening_another_tab_of_the_app_places_nothing() -> None:
    """The tab with messages is opened by an event of the same name."""
    outside = Outside()
    outside.send(a_home_event(tab="messages"))
    assert not outside.orders


def test_a_home_tab_that_cannot_be_queued_is_left() -> None:
    """The person opens it again."""
    Outside(failure=NotQueued()).send(a_home_event())


def test_stop_in_the_home_tab_is_the_stop_of_the_command() -> None:
    """It has no channel, so it is answered by the tab alone. A click counts once."""
    mine = a_known("1")
    outside = Outside((mine,))
    for _ in range(2):
        outside.send(a_home_click("stop", mine.id))
    first, again = outside.orders
    assert (first.actor, first.action, first.reply_to) == (ANN, Stop(recordings=(mine.id,)), None)
    assert first.order_id == again.order_id
    assert not outside.views


def test_the_button_for_the_form_opens_it() -> None:
    """It is the form of no channel."""
    outside = Outside()
    outside.send(a_home_click("form"))
    assert outside.views[0]["callback_id"] == "start"
    assert not outside.orders


@pytest.mark.parametrize(
    ("value", "team", "said"),
    [
        ("no id", InForce(SHIPPED), "another version"),
        ("0123456789AB.9", InForce(SHIPPED), "knows no such recording"),
        ("", InForce(STRICT), None),
    ],
)
def test_what_a_click_cannot_do_is_said_in_a_view_and_the_tab_is_published_anew(
    value: str, team: InForce, said: str | None
) -> None:
    """A tab may be old, and a forged or a foreign click gives no right."""
    theirs = a_known("1", actor=BEN)
    outside = Outside((theirs,), team=team)
    outside.send(a_home_click("stop", value or theirs.id))
    (view,) = outside.views
    assert said is None or said in json.dumps(view, ensure_ascii=False)
    (order,) = outside.orders
    assert order.action == Home(is_opened=True)


def test_an_unknown_control_of_the_home_tab_is_answered() -> None:
    """Of another version of recordbot."""
    outside = Outside()
    outside.send(a_home_click("dance"))
    assert "another version" in json.dumps(outside.views)


def test_the_home_tab_shows_what_is_mine_with_stop_the_presets_the_commands_and_the_form() -> None:
    """The button for the form comes before the long text."""
    presets = team_of({"presets": {"lecture": {"quality": "sd"}}}).presets
    view = home_of([a_known("1")], presets, "/rec", NOW)
    assert_slack_takes_view(view)
    controls = [it["action_id"] for block in view["blocks"] if block["type"] == "actions" for it in block["elements"]]
    assert controls == ["stop", "form"]
    shown = json.dumps(view)
    assert all(it in shown for it in ("1 recording of yours", "preset=lecture", "/rec help start"))
    assert "No recordings" in json.dumps(home_of([], {}, "/record", NOW))


def test_slack_takes_the_home_tab_with_values_at_their_limits() -> None:
    """Many recordings with long ids, and as many presets as there can be."""
    presets = team_of({"presets": {f"p{n:02}{'x' * 28}": {"rule": "5" * 128} for n in range(MOST_PRESETS)}}).presets
    mine = [
        a_known(str(n) * 32, order_id=f"0123456789{n:02}", state=RecordingState.RECORDING, since=NOW - timedelta(n))
        for n in range(40)
    ]
    assert_slack_takes_view(home_of(mine, presets, f"/{'r' * 31}", NOW))
