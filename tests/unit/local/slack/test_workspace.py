"""The workspace as a whole: people type and click, an app on loopback answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from urllib.parse import parse_qsl

import pytest
import requests

from local.http_message import Answer, Request, Wire
from local.loopback import Server
from local.slack.chat import ANN, ANN_AND_BEN, ANN_AND_BOT, BEN, CLASS_RECORDINGS, GENERAL, SLACKBOT, STAFF, Person
from local.slack.delivery import Delivery
from local.slack.faults import RESPONSE_URL_ENDED, THROTTLED, Fault
from local.slack.payloads import sign
from local.slack.workspace import PATIENCE_S, SlackWorkspace

type Json = dict[str, object]


class _App:
    """An app that answers every request with `answer`, and remembers the last."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.answer


@pytest.fixture(name="app")
def _app() -> _App:
    return _App()


@pytest.fixture(name="slack")
def _slack(app: _App) -> Iterator[SlackWorkspace]:
    with closing(Server(app)) as door, closing(SlackWorkspace(rate_limited=False, patience=90)) as slack:
        slack.request_url = f"{door.endpoint}/slack"
        yield slack


def _seen(slack: SlackWorkspace, person: Person = ANN) -> list[tuple[str, str]]:
    return [(message.via, slack.chat.as_text(message)) for message in slack.chat.messages(CLASS_RECORDINGS, person)]


def _post(delivery: Delivery, **payload: object) -> requests.Response:
    return requests.post(delivery.response_url, json=payload, timeout=60)


def test_a_command_reaches_the_app_signed(slack: SlackWorkspace, app: _App) -> None:
    """Once, as a form; what was typed arrives with its & < > escaped, and the delivery tells all of it."""
    delivery = slack.type_command(ANN, CLASS_RECORDINGS, " room <100> & user001 ")
    (request,) = app.requests
    fields = dict(parse_qsl(request.body.decode()))
    assert (request.method, request.target, request.body) == ("POST", "/slack", delivery.request.body)
    assert (fields["command"], fields["text"]) == ("/record", "room &lt;100&gt; &amp; user001")
    assert (fields["user_id"], fields["channel_id"]) == (ANN.user_id, CLASS_RECORDINGS.channel_id)
    timestamp = request.headers.get("X-Slack-Request-Timestamp")
    assert request.headers.get("X-Slack-Signature") == sign(slack.signing_secret, timestamp, request.body)
    assert fields["response_url"] == delivery.response_url
    assert delivery.response_url.startswith(slack.response_url_prefix)
    assert slack.deliveries() == [delivery]


def test_markup_is_sent_as_it_is(slack: SlackWorkspace, app: _App) -> None:
    """As a client sends a mention or a link."""
    slack.type_command(ANN, CLASS_RECORDINGS, "100 <@U0BEN|ben>", "/rec", markup=True)
    fields = dict(parse_qsl(app.requests[0].body.decode()))
    assert (fields["command"], fields["text"]) == ("/rec", "100 <@U0BEN|ben>")


@pytest.mark.parametrize(
    ("answer", "ann", "ben"),
    [
        (Answer(), [], []),
        (Answer.of_json(200, {}), [], []),
        (Answer.of_json(200, {"response_type": "in_channel"}), [], []),
        (Answer(body=b" words &amp; more\n"), ["words & more"], []),
        (Answer.of_json(200, {"text": "for ann"}), ["for ann"], []),
        (Answer.of_json(200, {"text": "for all", "response_type": "in_channel"}), ["for all"], ["for all"]),
        (
            Answer.of_json(200, {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Head"}}]}),
            ["Head"],
            [],
        ),
    ],
)
def test_what_the_200_says_is_posted(
    slack: SlackWorkspace, app: _App, answer: Answer, ann: list[str], ben: list[str]
) -> None:
    """To the asker only, unless it says in_channel; an empty one posts nothing."""
    app.answer = answer
    assert slack.type_command(ANN, CLASS_RECORDINGS, "x").error == ""
    assert _seen(slack) == [("ack", words) for words in ann]
    assert _seen(slack, BEN) == [("ack", words) for words in ben]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(500, body=b"words"), "dispatch_failed"),
        (Answer(201), "dispatch_failed"),
        (Answer(302, (("Location", "/elsewhere"),)), "dispatch_failed"),
        (Answer(wire=Wire.RESET), "dispatch_failed"),
        (Answer(200, (("Content-Type", "application/json"),), b"{"), "invalid_command_response"),
        (Answer.of_json(200, ["words"]), "invalid_command_response"),
        (Answer.of_json(200, {"blocks": [{"type": "marquee"}]}), "invalid_command_response"),
    ],
)
def test_a_failure_is_told_to_the_asker_by_slackbot(
    slack: SlackWorkspace, app: _App, answer: Answer, error: str
) -> None:
    """In the words of the real client, after one attempt."""
    app.answer = answer
    assert slack.type_command(ANN, CLASS_RECORDINGS, "x").error == error
    assert _seen(slack) == [("slack", f'/record failed with the error "{error}"')]
    assert slack.chat.messages(CLASS_RECORDINGS)[0].author == SLACKBOT
    assert _seen(slack, BEN) == []
    assert len(app.requests) == 1
    assert [delivery.error for delivery in slack.deliveries()] == [error]


def test_an_app_that_cannot_be_reached_is_a_failed_dispatch() -> None:
    """And nothing was answered."""
    with closing(SlackWorkspace()) as slack:
        slack.request_url = slack.endpoint.replace(slack.endpoint.rpartition(":")[2], "1")
        delivery = slack.type_command(ANN, CLASS_RECORDINGS, "x")
    assert (delivery.error, delivery.answer) == ("dispatch_failed", None)


def test_slack_waits_for_three_seconds() -> None:
    """Unless the workspace is told otherwise."""
    assert PATIENCE_S == 3


def test_an_app_that_takes_too_long_is_given_up() -> None:
    """The person reads operation_timeout, whatever the app says later."""
    app = _App()
    app.answer = Answer(body=b"too late", delay=600)
    with closing(Server(app)) as door, closing(SlackWorkspace(patience=0.2)) as slack:
        slack.request_url = door.endpoint
        delivery = slack.type_command(ANN, CLASS_RECORDINGS, "x")
    assert (delivery.error, delivery.answer) == ("operation_timeout", None)
    assert _seen(slack) == [("slack", '/record failed with the error "operation_timeout"')]


def test_nobody_types_where_nobody_can() -> None:
    """Not in other people's conversations."""
    with closing(SlackWorkspace()) as slack:
        for channel, person in ((ANN_AND_BOT, BEN), (STAFF, Person("U0EVE", "eve"))):
            with pytest.raises(ValueError, match="can't type"):
                slack.type_command(person, channel, "x")


def test_the_response_url_answers_later(slack: SlackWorkspace) -> None:
    """In any channel, a direct message of two people included; whoever waits finds the call that made the news."""
    for channel in (GENERAL, ANN_AND_BEN):
        delivery = slack.type_command(ANN, channel, "x")
        poster = threading.Thread(target=_post, args=(delivery,), kwargs={"text": "news"})
        poster.start()
        (message,) = slack.chat.wait_for(partial(slack.chat.messages, channel, ANN), 60)
        assert (message.via, message.only_for) == ("response_url", ANN.user_id)
        assert [(call.door, call.answer.status) for call in slack.calls()][-1] == ("response_url", 200)
        poster.join()


def test_a_click_reaches_the_same_door_and_its_response_url_replaces_the_message(
    slack: SlackWorkspace, app: _App
) -> None:
    """Only who sees the button can click it."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "Stop"}, "action_id": "stop", "value": "job 1"}
    app.answer = Answer.of_json(200, {"text": "x", "blocks": [{"type": "actions", "elements": [button]}]})
    slack.type_command(ANN, CLASS_RECORDINGS, "x")
    (message,) = slack.chat.messages(CLASS_RECORDINGS)
    app.answer = Answer(body=b"not shown")
    delivery = slack.click(ANN, message, "stop")
    payload = json.loads(dict(parse_qsl(app.requests[-1].body.decode()))["payload"])
    assert (payload["user"]["id"], payload["actions"][0]["value"]) == (ANN.user_id, "job 1")
    assert (payload["response_url"], delivery.error) == (delivery.response_url, "")
    assert _post(delivery, text="stopped", replace_original=True).text == "ok"
    assert _seen(slack) == [("ack", "stopped")]
    for person, action_id in ((BEN, "stop"), (ANN, "stop")):  # ben never saw it; ann's is gone by now
        with pytest.raises(LookupError):
            slack.click(person, message, action_id)


def test_misbehaviour_befalls_the_door_it_was_told_for(slack: SlackWorkspace) -> None:
    """As often as told; nothing is posted then, and `behave` mends it."""
    delivery = slack.type_command(ANN, CLASS_RECORDINGS, "x")
    slack.misbehave(THROTTLED, door="web_api", times=None)
    slack.misbehave(RESPONSE_URL_ENDED, door="response_url")
    slack.misbehave(Fault(status=500, made=True), door="response_url")
    slack.misbehave(Fault(wire=Wire.RESET), door="response_url", times=None)
    assert _post(delivery, text="lost").status_code == 404
    assert _post(delivery, text="posted all the same").status_code == 500
    with pytest.raises(requests.ConnectionError):
        _post(delivery, text="lost as well")
    limited = requests.post(f"{slack.api_url}auth.test", timeout=60)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "1")
    slack.behave()
    slack.misbehave(THROTTLED, method="chat.postMessage")
    asked = [requests.post(f"{slack.api_url}{it}", timeout=60) for it in ("auth.test", "chat.postMessage")]
    assert [it.status_code for it in asked] == [200, 429]
    assert _post(delivery, text="mended").text == "ok"
    assert _seen(slack) == [("response_url", "posted all the same"), ("response_url", "mended")]
    assert [call.answer.status for call in slack.calls()][:2] == [404, 500]


def test_other_paths_are_not_there(slack: SlackWorkspace) -> None:
    """Neither outside the two doors nor below them."""
    for path in ("", "/", "/hooks/", "/hooks/commands/x", "/elsewhere"):
        assert requests.post(slack.endpoint + path, json={"text": "x"}, timeout=60).status_code == 404
