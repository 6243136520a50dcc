"""Clicks, menus and shortcuts: what Slack sends an app, field by field, and what the app may answer."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from local.http_message import Answer
from local.slack.chat import ANN, BEN, BOT, CHANNELS, CLASS_RECORDINGS, PEOPLE, Channel, Message, Person
from local.slack.content import Content
from local.slack.payloads import sign
from local.slack.workspace import SlackWorkspace
from tests.unit.local.slack.app import App, button, menu, plain, row, workspace

QUESTION = {"title": plain("Stop"), "text": plain("Sure?"), "confirm": plain("Yes"), "deny": plain("No")}
EVE = Person("U0EVE", "eve", team_id="T0OTHER")


@pytest.fixture(name="slack")
def _slack() -> Iterator[tuple[SlackWorkspace, App]]:
    with workspace(people=(*PEOPLE, EVE)) as both:
        yield both


def _post(slack: SlackWorkspace, *blocks: dict[str, Any], only_for: str = "", thread_ts: str = "") -> Message:
    content = Content.of_payload({"text": "x", "blocks": list(blocks)})
    return slack.chat.post(CLASS_RECORDINGS, BOT, content, "web_api", only_for, thread_ts)


def _answer(payload: dict[str, Any], **answer: object) -> requests.Response:
    return requests.post(payload["response_url"], json=answer, timeout=60)


@pytest.mark.parametrize("only_for", ["", ANN.user_id])
def test_a_click_carries_the_button_and_the_message_unless_it_is_ephemeral(
    slack: tuple[SlackWorkspace, App], only_for: str
) -> None:
    """It is signed; the button's question stays with Slack, and a block without an id gets one."""
    place, app = slack
    message = _post(place, row(button("stop", value="job 1", confirm=QUESTION)), only_for=only_for)
    delivery = place.click(ANN, message, "stop")
    payload = app.payload
    (action,) = payload["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "button",
        "text": plain("stop"),
        "action_id": "stop",
        "value": "job 1",
        "block_id": "block-0",
    }
    assert set(payload) - {"message"} == {
        *("type", "user", "api_app_id", "token", "container", "trigger_id", "team", "enterprise"),
        *("is_enterprise_install", "channel", "state", "response_url", "actions"),
    }
    assert (payload["type"], payload["container"]["is_ephemeral"]) == ("block_actions", bool(only_for))
    assert ("message" in payload) is not bool(only_for)
    assert (payload["response_url"], delivery.error) == (delivery.response_url, "")
    (request,) = app.requests
    timestamp = request.headers.get("X-Slack-Request-Timestamp")
    assert request.headers.get("X-Slack-Signature") == sign(place.signing_secret, timestamp, request.body)


def test_buttons_of_one_name_are_told_apart(slack: tuple[SlackWorkspace, App]) -> None:
    """By their value, or by their block; what isn't there can't be clicked."""
    place, app = slack
    message = _post(place, row(button("stop", value="1")), row(button("stop", value="2"), block_id="second"))
    place.click(ANN, message, "stop", "2")
    assert app.payload["actions"][0]["block_id"] == "second"
    place.click(ANN, message, "stop", block_id="second")
    assert app.payload["actions"][0]["value"] == "2"
    for wanted in (("stop", "3", ""), ("stop", None, "third"), ("start", None, "")):
        with pytest.raises(LookupError, match="no"):
            place.click(ANN, message, wanted[0], wanted[1], block_id=wanted[2])


def test_a_menu_sends_what_was_chosen(slack: tuple[SlackWorkspace, App]) -> None:
    """An overflow menu only in the action; a select menu also in the message's state."""
    place, app = slack
    more, quality = menu("stop", "details", kind="overflow", action_id="more"), menu("hd", "sd", action_id="quality")
    message = _post(place, row(more, quality, block_id="row"))
    place.click(ANN, message, "more", "details")
    chosen = {"text": plain("details"), "value": "details"}
    assert app.payload["actions"][0]["selected_option"] == chosen
    assert app.payload["state"]["values"] == {"row": {"quality": {"type": "static_select", "selected_option": None}}}
    place.click(ANN, message, "quality", "sd", entered={"row": {"quality": "sd"}})
    assert app.payload["state"]["values"]["row"]["quality"]["selected_option"]["value"] == "sd"


def test_a_person_of_another_organisation_clicks_but_types_no_command(slack: tuple[SlackWorkspace, App]) -> None:
    """The payload has their team; `team` is the workspace of the app."""
    place, app = slack
    place.click(EVE, _post(place, row(button("stop"))), "stop")
    assert (app.payload["user"]["team_id"], app.payload["team"]["id"]) == ("T0OTHER", "T0RECORD")
    with pytest.raises(ValueError, match="another organisation"):
        place.type_command(EVE, CLASS_RECORDINGS, "help")


@pytest.mark.parametrize("only_for", ["", ANN.user_id])
@pytest.mark.parametrize("true", [True, "true"])
def test_the_response_url_of_a_click_replaces_and_deletes_the_message(
    slack: tuple[SlackWorkspace, App], only_for: str, true: object
) -> None:
    """Of an ephemeral one too; once it is gone, only a new message can be posted."""
    place, app = slack
    message = _post(place, row(button("stop")), only_for=only_for)
    place.click(ANN, message, "stop")
    payload = app.payload
    assert _answer(payload, replace_original=true, text="stopped").text == "ok"
    (now,) = place.chat.messages(CLASS_RECORDINGS)
    assert (now.content.text, now.content.blocks, now.only_for) == ("stopped", (), only_for)
    assert _answer(payload, delete_original=true).text == "ok"
    assert place.chat.messages(CLASS_RECORDINGS) == []
    assert _answer(payload, replace_original=true, text="x").text == "message_not_found"
    assert _answer(payload, text="for ann").text == "ok"
    assert place.chat.messages(CLASS_RECORDINGS, BEN) == []


def test_a_message_of_a_response_url_has_buttons_whose_click_replaces_it(slack: tuple[SlackWorkspace, App]) -> None:
    """So an answer to a command can be changed after all."""
    place, app = slack
    app.answer = Answer.of_json(200, {"text": "x", "blocks": [row(button("run"))]})
    message = place.type_command(ANN, CLASS_RECORDINGS, "x").message
    assert message
    place.click(ANN, message, "run")
    assert _answer(app.payload, replace_original=True, text="done").text == "ok"
    assert [it.content.text for it in place.chat.messages(CLASS_RECORDINGS, ANN)] == ["done"]


def test_an_answer_goes_into_a_thread_only_if_it_is_for_all(slack: tuple[SlackWorkspace, App]) -> None:
    """An ephemeral one is in the channel; a click in a thread says which."""
    place, app = slack
    message = _post(place, row(button("stop")))
    reply = _post(place, row(button("stop")), thread_ts=message.ts)
    place.click(ANN, reply, "stop")
    payload = app.payload
    assert payload["container"]["thread_ts"] == message.ts
    _answer(payload, text="a reply", response_type="in_channel", thread_ts=message.ts, replace_original=False)
    _answer(payload, text="for ann", thread_ts=message.ts)
    _answer(payload, text="no such thread", response_type="in_channel", thread_ts="1.000001")
    said = [(it.content.text, it.thread_ts) for it in place.chat.messages(CLASS_RECORDINGS, ANN)[2:]]
    assert said == [("a reply", message.ts), ("for ann", ""), ("no such thread", "")]


def test_a_global_shortcut_has_neither_a_channel_nor_a_response_url(slack: tuple[SlackWorkspace, App]) -> None:
    """Only who used it, its callback_id, and a trigger id."""
    place, app = slack
    assert place.use_shortcut(ANN, "start-recording").error == ""
    assert set(app.payload) == {
        *("type", "user", "api_app_id", "token", "team", "enterprise", "is_enterprise_install"),
        *("callback_id", "trigger_id", "action_ts"),
    }
    assert (app.payload["type"], app.payload["callback_id"]) == ("shortcut", "start-recording")


def test_a_message_shortcut_carries_the_message_and_can_be_answered(slack: tuple[SlackWorkspace, App]) -> None:
    """In a thread too, where no command works; its response_url can't replace somebody's message."""
    place, app = slack
    message = place.chat.post(CLASS_RECORDINGS, BEN.user_id, Content("100 user001"), "slack")
    reply = place.chat.post(CLASS_RECORDINGS, BEN.user_id, Content("200"), "slack", thread_ts=message.ts)
    place.use_shortcut(ANN, "record-this", reply)
    payload = app.payload
    assert (payload["type"], payload["callback_id"]) == ("message_action", "record-this")
    assert (payload["message"]["text"], payload["message"]["user"]) == ("200", BEN.user_id)
    assert (payload["message_ts"], payload["message"]["thread_ts"]) == (reply.ts, message.ts)
    assert "bot_id" not in payload["message"]
    assert payload["channel"] == {"id": CLASS_RECORDINGS.channel_id, "name": "class-recordings"}
    _answer(payload, text="mine", replace_original=True)
    assert [it.content.text for it in place.chat.messages(CLASS_RECORDINGS, ANN)] == ["100 user001", "200", "mine"]


def test_nobody_uses_what_they_do_not_see(slack: tuple[SlackWorkspace, App]) -> None:
    """No button of another's ephemeral message or of a private channel; an ephemeral message has no shortcuts."""
    place, _ = slack
    private: Channel = next(it for it in CHANNELS if it.name == "staff-room")
    secret = place.chat.post(private, BOT, Content.of_payload({"blocks": [row(button("stop"))]}), "web_api")
    own = _post(place, row(button("stop")), only_for=ANN.user_id)
    for person, message in ((EVE, secret), (BEN, own), (ANN, replace(own, ts="1.000001"))):
        with pytest.raises(LookupError, match="sees no message"):
            place.click(person, message, "stop")
    with pytest.raises(LookupError, match="no shortcuts"):
        place.use_shortcut(ANN, "record-this", own)


def test_slack_verifies_the_address_for_events(slack: tuple[SlackWorkspace, App]) -> None:
    """The app has to answer with the challenge."""
    place, app = slack
    assert place.verify_url() is False
    assert json.loads(app.requests[-1].body)["type"] == "url_verification"
    assert app.requests[-1].headers.get("X-Slack-Signature").startswith("v0=")
