"""Modals and home tabs: how an app opens and changes them, and what people's acts in them send."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.http_message import Answer
from local.slack.chat import ANN, ANN_AND_BOT, BEN, CLASS_RECORDINGS
from local.slack.state import REQUIRED
from local.slack.workspace import SlackWorkspace
from tests.unit.local.slack.app import App, button, field, menu, modal, plain, row, workspace

ROOM = field("room", {"type": "plain_text_input", "max_length": 5})
COUNT = field("count", {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, optional=True)
QUALITY = field("quality", menu("hd", "sd", initial_option={"text": plain("hd"), "value": "hd"}))
CHANNEL = field(
    "channel",
    {"type": "conversations_select", "default_to_current_conversation": True, "response_url_enabled": True},
)


class _Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> _Clock:
    return _Clock()


@pytest.fixture(name="both")
def _both(clock: _Clock) -> Iterator[tuple[SlackWorkspace, App]]:
    with workspace(clock=clock) as both:
        yield both


@pytest.fixture(name="slack")
def _slack(both: tuple[SlackWorkspace, App]) -> SlackWorkspace:
    return both[0]


@pytest.fixture(name="app")
def _app(both: tuple[SlackWorkspace, App]) -> App:
    return both[1]


def _open(slack: SlackWorkspace, app: App, *blocks: dict[str, Any], **more: object) -> None:
    app.opens = modal(*blocks, **more)
    slack.type_command(ANN, CLASS_RECORDINGS, "")
    app.opens = None
    assert slack.modal.seen(ANN)


def test_a_command_opens_a_modal_which_is_filled_and_submitted(slack: SlackWorkspace, app: App) -> None:
    """The payload has every field's state, the metadata, and a response_url for the conversation that was chosen."""
    _open(slack, app, ROOM, COUNT, QUALITY, CHANNEL, callback_id="start", private_metadata="m" * 3000)
    delivery = slack.modal.submit(ANN, {"room": {"room": "100"}})
    assert delivery
    assert delivery.channel is None
    payload = app.payload
    assert payload["type"] == "view_submission"
    assert payload["view"]["state"]["values"] == {
        "room": {"room": {"type": "plain_text_input", "value": "100"}},
        "count": {"count": {"type": "number_input", "value": None}},
        "quality": {
            "quality": {"type": "static_select", "selected_option": {"text": plain("hd"), "value": "hd"}},
        },
        "channel": {
            "channel": {"type": "conversations_select", "selected_conversation": CLASS_RECORDINGS.channel_id},
        },
    }
    assert (payload["view"]["callback_id"], len(payload["view"]["private_metadata"])) == ("start", 3000)
    assert not {"channel", "response_url"} & set(payload)
    (urls,) = payload["response_urls"]
    assert (urls["block_id"], urls["channel_id"]) == ("channel", CLASS_RECORDINGS.channel_id)
    assert slack.modal.seen(ANN) is None
    assert requests.post(urls["response_url"], json={"text": "asked"}, timeout=60).text == "ok"
    assert [it.content.text for it in slack.chat.messages(CLASS_RECORDINGS, ANN)] == ["asked"]
    assert slack.chat.messages(CLASS_RECORDINGS, BEN) == []


def test_a_submission_without_response_url_enabled_has_none(slack: SlackWorkspace, app: App) -> None:
    """The list is empty, whatever conversation was chosen."""
    _open(slack, app, field("channel", {"type": "conversations_select"}))
    slack.modal.submit(ANN, {"channel": {"channel": CLASS_RECORDINGS.channel_id}})
    assert app.payload["response_urls"] == []


def test_slack_itself_refuses_a_field(slack: SlackWorkspace, app: App) -> None:
    """All at once; the app hears nothing of it, and what was entered stays."""
    _open(slack, app, ROOM, COUNT, QUALITY)
    before = len(app.requests)
    assert slack.modal.submit(ANN, {"room": {"room": "123456"}, "count": {"count": "10"}}) is None
    view = slack.modal.seen(ANN)
    assert view
    assert view.errors == {
        "room": "Please enter at most 5 characters.",
        "count": "Please enter a number of at most 9.",
    }
    assert slack.modal.submit(ANN, {"room": {"room": ""}, "count": {"count": "1.5"}}) is None
    view = slack.modal.seen(ANN)
    assert view
    assert view.errors == {"room": REQUIRED, "count": "Please enter a whole number."}
    assert len(app.requests) == before
    assert slack.modal.submit(ANN, {"room": {"room": "1"}, "count": {"count": ""}})


def test_the_app_s_errors_are_at_the_fields_until_the_next_submission(slack: SlackWorkspace, app: App) -> None:
    """The modal stays, with what was entered."""
    _open(slack, app, ROOM, QUALITY)
    app.answer = Answer.of_json(200, {"response_action": "errors", "errors": {"room": "no such room"}})
    slack.modal.submit(ANN, {"room": {"room": "x"}})
    view = slack.modal.seen(ANN)
    assert view
    assert (view.errors, view.entered["room"]["room"]) == ({"room": "no such room"}, "x")
    app.answer = Answer()
    assert slack.modal.submit(ANN, {"room": {"room": "100"}})
    assert slack.modal.seen(ANN) is None


def test_an_answer_may_update_push_or_clear(slack: SlackWorkspace, app: App) -> None:
    """A pushed view covers the other, until it is closed; what an update has too keeps what was entered."""
    _open(slack, app, ROOM, QUALITY)
    app.answer = Answer.of_json(200, {"response_action": "update", "view": modal(ROOM, title=plain("Changed"))})
    slack.modal.submit(ANN, {"room": {"room": "7"}})
    changed = slack.modal.seen(ANN)
    assert changed
    assert (changed.view.title.text, changed.entered) == ("Changed", {"room": {"room": "7"}})
    app.answer = Answer.of_json(200, {"response_action": "push", "view": modal(ROOM, title=plain("On top"))})
    slack.modal.submit(ANN)
    top = slack.modal.seen(ANN)
    assert top
    assert (top.view.title.text, top.root_view_id, top.previous_view_id) == ("On top", *[changed.view_id] * 2)
    app.answer = Answer()
    slack.modal.submit(ANN, {"room": {"room": "1"}})
    assert slack.modal.seen(ANN) == changed
    app.answer = Answer.of_json(200, {"response_action": "clear"})
    slack.modal.submit(ANN)
    assert slack.modal.seen(ANN) is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(200, (("Content-Type", "text/plain"),), b"saved"),
        Answer.of_json(200, {"response_action": "explode"}),
        Answer.of_json(200, {"response_action": "errors", "errors": {"nowhere": "x"}}),
        Answer.of_json(200, {"response_action": "errors", "errors": {}}),
        Answer.of_json(200, {"response_action": "update", "view": {"type": "modal"}}),
    ],
)
def test_an_answer_that_slack_cannot_use_leaves_the_modal_in_trouble(
    slack: SlackWorkspace, app: App, answer: Answer
) -> None:
    """The person reads so, and may submit again."""
    _open(slack, app, ROOM)
    app.answer = answer
    slack.modal.submit(ANN, {"room": {"room": "1"}})
    view = slack.modal.seen(ANN)
    assert view
    assert view.trouble
    app.answer = Answer()
    slack.modal.submit(ANN)
    assert slack.modal.seen(ANN) is None


def test_an_app_that_takes_too_long_leaves_the_modal_in_trouble(clock: _Clock) -> None:
    """Its answer comes to nothing."""
    with workspace(patience=0.5, clock=clock) as (slack, app):
        app.call("views.open", trigger_id=slack._trigger(ANN), view=modal(ROOM))
        app.answer = Answer(delay=600)
        delivery = slack.modal.submit(ANN, {"room": {"room": "1"}})
        view = slack.modal.seen(ANN)
    assert delivery
    assert delivery.error == "operation_timeout"
    assert view
    assert view.trouble


def test_closing_is_told_only_to_an_app_that_asks_for_it(slack: SlackWorkspace, app: App) -> None:
    """By notify_on_close; the payload says whether all of the stack was closed."""
    _open(slack, app, ROOM)
    assert slack.modal.close(ANN) is None
    _open(slack, app, ROOM, notify_on_close=True)
    assert slack.modal.close(ANN, clear=True)
    assert (app.payload["type"], app.payload["is_cleared"]) == ("view_closed", True)
    for act in (slack.modal.close, slack.modal.submit):
        with pytest.raises(LookupError, match="no modal"):
            act(ANN)


def test_a_click_in_a_modal_carries_the_view_with_what_was_entered(slack: SlackWorkspace, app: App) -> None:
    """No channel and no response_url; an input sends a click only with dispatch_action."""
    _open(slack, app, ROOM, {**QUALITY, "dispatch_action": True}, row(button("more")))
    slack.modal.click(ANN, "more", entered={"room": {"room": "5"}})
    payload = app.payload
    assert payload["container"] == {"type": "view", "view_id": payload["view"]["id"]}
    assert payload["view"]["state"]["values"]["room"]["room"]["value"] == "5"
    assert payload["state"]["values"] == payload["view"]["state"]["values"]
    assert not {"channel", "message", "response_url"} & set(payload)
    slack.modal.click(ANN, "quality", "sd")
    assert app.payload["actions"][0]["selected_option"]["value"] == "sd"
    assert app.payload["view"]["state"]["values"]["quality"]["quality"]["selected_option"]["value"] == "sd"
    with pytest.raises(LookupError, match="room"):
        slack.modal.click(ANN, "room", "6")


def test_a_trigger_id_opens_one_view_within_three_seconds(slack: SlackWorkspace, app: App) -> None:
    """Unless the workspace waits longer for its app; a made-up one opens none."""
    slack.type_command(ANN, CLASS_RECORDINGS, "")
    trigger_id = app.payload["trigger_id"]
    opened = app.call("views.open", trigger_id=trigger_id, view=modal(ROOM))
    assert (opened["ok"], opened["view"]["title"]["text"]) == (True, "Record")
    assert app.call("views.open", trigger_id=trigger_id, view=modal(ROOM))["error"] == "exchanged_trigger_id"
    assert app.call("views.open", trigger_id="1.2.abc", view=modal(ROOM))["error"] == "invalid_trigger_id"
    assert app.call("views.open", view=modal(ROOM))["error"] == "invalid_trigger_id"


def test_a_trigger_id_expires(clock: _Clock) -> None:
    """After three seconds, in a workspace that waits for three seconds."""
    with workspace(clock=clock, patience=3) as (slack, app):
        in_time, late = slack._trigger(ANN), slack._trigger(ANN)
        clock.now += 2.9
        assert app.call("views.open", trigger_id=in_time, view=modal(ROOM))["ok"]
        clock.now += 0.1
        assert app.call("views.open", trigger_id=late, view=modal(ROOM))["error"] == "expired_trigger_id"


def test_a_stack_has_three_views(slack: SlackWorkspace, app: App) -> None:
    """A view is pushed with the trigger id of a click in the modal, not of a command."""
    _open(slack, app, row(button("more")))
    for error in (None, None, "push_limit_reached"):
        slack.modal.click(ANN, "more")
        pushed = app.call("views.push", trigger_id=app.payload["trigger_id"], view=modal(row(button("more"))))
        assert pushed.get("error") == error
    slack.type_command(ANN, CLASS_RECORDINGS, "")
    assert app.call("views.push", trigger_id=app.payload["trigger_id"], view=modal(ROOM))["error"] == "not_found"


def test_an_open_view_is_updated_by_its_id_unless_its_hash_is_old(slack: SlackWorkspace, app: App) -> None:
    """Or by its external_id, which only one view may have; what isn't open isn't found."""
    _open(slack, app, ROOM, external_id="mine")
    view = slack.modal.seen(ANN)
    assert view
    changed = app.call("views.update", view_id=view.view_id, hash=view.hash, view=modal(ROOM, external_id="mine"))
    assert changed["view"]["hash"] != view.hash
    again = {"view_id": view.view_id, "hash": view.hash, "view": modal(ROOM)}
    assert app.call("views.update", **again)["error"] == "hash_conflict"
    assert app.call("views.open", trigger_id=slack._trigger(BEN), view=modal(external_id="mine"))["error"] == (
        "duplicate_external_id"
    )
    assert app.call("views.update", external_id="mine", view=modal(ROOM))["ok"]
    slack.modal.close(ANN)
    assert app.call("views.update", view_id=view.view_id, view=modal(ROOM))["error"] == "not_found"


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"title": plain("x" * 25)}, "/view/title"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"callback_id": "x" * 256}, "/view/callback_id"),
        ({"submit": None}, "/view"),
        ({"blocks": [{"type": "marquee"}]}, "/view/blocks/0"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
        ({"blocks": [ROOM, ROOM]}, "/view"),
        ({"type": "home"}, "/view/type"),
        ({"colour": "red"}, "/view/colour"),
    ],
)
def test_a_view_that_breaks_a_limit_is_refused_with_its_place(
    slack: SlackWorkspace, app: App, wrong: dict[str, object], where: str
) -> None:
    """As invalid_arguments; the trigger id can still be used."""
    trigger_id = slack._trigger(ANN)
    answer = app.call("views.open", trigger_id=trigger_id, view=modal(ROOM, **wrong))
    assert (answer["ok"], answer["error"]) == (False, "invalid_arguments")
    assert f"[json-pointer:{where}" in answer["response_metadata"]["messages"][0]
    assert app.call("views.open", trigger_id=trigger_id, view=modal(ROOM, title=plain("x" * 24)))["ok"]


def test_opening_the_home_tab_is_an_event_and_what_is_published_is_seen(slack: SlackWorkspace, app: App) -> None:
    """By that person only; the event has the view that was there before."""
    (delivery,) = slack.home.open(ANN)
    assert (delivery.error, app.payload["type"]) == ("", "event_callback")
    event = app.payload["event"]
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", ANN.user_id, "home")
    assert (event["channel"], "view" in event) == (ANN_AND_BOT.channel_id, False)
    assert app.requests[-1].headers.get("Content-Type") == "application/json"
    home = {"type": "home", "blocks": [row(button("form"))], "private_metadata": "m"}
    published = app.call("views.publish", user_id=ANN.user_id, view=home)
    assert slack.home.seen(BEN) is None
    slack.home.click(ANN, "form")
    assert app.payload["view"]["id"] == published["view"]["id"]
    assert app.payload["container"]["type"] == "view"
    assert app.call("views.open", trigger_id=app.payload["trigger_id"], view=modal(ROOM))["ok"]
    slack.home.open(ANN)
    assert app.payload["event"]["view"]["private_metadata"] == "m"


def test_publishing_over_another_s_view_is_a_conflict(slack: SlackWorkspace, app: App) -> None:
    """If the hash is given; without one the last view stays."""
    home = {"type": "home", "blocks": []}
    first = app.call("views.publish", user_id=ANN.user_id, view=home)["view"]
    assert app.call("views.publish", user_id=ANN.user_id, view=home, hash=first["hash"])["ok"]
    assert app.call("views.publish", user_id=ANN.user_id, view=home, hash=first["hash"])["error"] == "hash_conflict"
    assert app.call("views.publish", user_id=ANN.user_id, view=home)["view"]["id"] == first["id"]
    assert app.call("views.publish", user_id="U0NOBODY", view=home)["error"] == "invalid_arguments"
    assert app.call("views.publish", user_id=ANN.user_id, view=modal())["error"] == "invalid_arguments"
    with pytest.raises(LookupError, match="no home tab"):
        slack.home.click(BEN, "form")


def test_an_event_that_is_not_answered_with_200_is_sent_again(slack: SlackWorkspace, app: App) -> None:
    """The same event, with headers that say so."""
    app.answer = Answer(500)
    first, second = slack.home.open(ANN)
    assert (first.request.body, first.request.headers.get("X-Slack-Retry-Num")) == (second.request.body, "")
    headers = second.request.headers
    assert (headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")) == ("1", "http_error")
