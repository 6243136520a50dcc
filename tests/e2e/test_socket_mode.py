"""Socket Mode: a command that comes through Slack's web socket goes the same way as one over HTTP."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus

import pytest

from local.errors import LocalError
from local.http_message import Answer, Request
from local.loopback import Server
from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.payloads import command_fields
from local.slack.workspace import SlackWorkspace
from local.socket_mode import SlackAccount, SocketMode, connected
from local.system import System
from tests.clicks import a_click
from tests.e2e.conftest import BUILT
from tests.processes import PATIENCE_S
from tests.socket_slack import SocketSlack


@pytest.fixture(name="slack")
def _slack() -> Iterator[SocketSlack]:
    with SocketSlack() as slack:
        yield slack


@pytest.fixture(name="workspace")
def _workspace() -> Iterator[SlackWorkspace]:
    """The workspace behind the socket, where the answers by response_url are read."""
    with closing(SlackWorkspace()) as workspace:
        yield workspace


@pytest.fixture(name="system")
def _system(slack: SocketSlack, workspace: SlackWorkspace) -> Iterator[System]:
    account = SlackAccount(slack.app_token, "", slack.api_url, workspace.response_url_prefix)
    with connected(account, built=BUILT) as system:
        yield system


def test_a_command_is_acknowledged_and_answered(slack: SocketSlack, workspace: SlackWorkspace, system: System) -> None:
    """The door's words come back in the acknowledgement; the outcome comes by the response_url."""
    response_url = workspace.response_url_prefix + workspace._response_urls.issue(CLASS_RECORDINGS, ANN)
    envelope_id = slack.send(
        "slash_commands", command_fields(ANN, CLASS_RECORDINGS, "/record", "100 user001 hd", response_url)
    )
    said = slack.acknowledged()
    assert said["envelope_id"] == envelope_id
    assert "Asking RTC to record user001" in said["payload"]["text"]
    assert workspace.chat.wait_for(
        lambda: [
            it for it in workspace.chat.messages(CLASS_RECORDINGS, ANN) if "user001" in workspace.chat.as_text(it)
        ],
        PATIENCE_S,
    )
    assert system.rtc
    assert [job.parameters.user_id for job in system.rtc.jobs()] == ["user001"]

    slack.send("interactive", a_click("link", user_id=ANN.user_id))
    slack.acknowledged()

    slack.send("slash_commands", {"command": "/record", "text": "100 user001"})  # neither a user nor a channel
    with pytest.raises(queue.Empty):
        slack.acknowledged(1)


@pytest.mark.sources
def test_what_is_under_way_is_answered_before_the_socket_closes(slack: SocketSlack) -> None:
    """Whoever typed just before the end reads what the door said."""
    asked = threading.Event()

    def door(_: Request) -> Answer:
        asked.set()
        time.sleep(0.5)
        return Answer(HTTPStatus.OK, (("Content-Type", "text/plain"),), b"said late")

    with closing(Server(door)) as server:
        with closing(
            SocketMode(SlackAccount(slack.app_token, "", slack.api_url), f"{server.endpoint}/slack", "secret")
        ):
            slack.send("slash_commands", {"text": "help"})
            assert asked.wait(PATIENCE_S)
        assert slack.acknowledged()["payload"] == {"text": "said late"}


@pytest.mark.sources
def test_each_kind_of_envelope_is_passed_on_and_its_answer_comes_back(slack: SocketSlack) -> None:
    """A form's errors are in the acknowledgement; an event is JSON; a plain text answers only a command."""
    taken: list[Request] = []
    answers = [
        Answer.of_json(HTTPStatus.OK, {"response_action": "errors", "errors": {"room": "no"}}),
        Answer(HTTPStatus.OK, (("Content-Type", "text/plain"),), b"words"),
        Answer(HTTPStatus.OK),
    ]

    def door(request: Request) -> Answer:
        taken.append(request)
        return answers[len(taken) - 1]

    account = SlackAccount(slack.app_token, "", slack.api_url)
    with closing(Server(door)) as server, closing(SocketMode(account, f"{server.endpoint}/slack", "secret")):
        said = []
        for kind, payload in (
            ("interactive", {"type": "view_submission"}),
            ("interactive", {"type": "block_actions"}),
            ("events_api", {"type": "event_callback"}),
        ):
            slack.send(kind, payload)
            said.append(slack.acknowledged().get("payload"))
    assert [it or None for it in said] == [{"response_action": "errors", "errors": {"room": "no"}}, None, None]
    kinds = [it.headers.get("Content-Type") for it in taken]
    assert kinds == [*["application/x-www-form-urlencoded"] * 2, "application/json"]


@pytest.mark.sources
def test_another_socket_is_opened_when_slack_asks_for_it(slack: SocketSlack) -> None:
    """Slack ends each after a few hours, and says so before."""

    def door(_: Request) -> Answer:
        return Answer(HTTPStatus.OK, (), b"")

    account = SlackAccount(slack.app_token, "", slack.api_url)
    with closing(Server(door)) as server, closing(SocketMode(account, f"{server.endpoint}/slack", "secret")):
        for opened in (1, 2):
            envelope_id = slack.send("slash_commands", {"text": "help"})
            assert slack.acknowledged()["envelope_id"] == envelope_id
            assert slack.opened == opened
            if opened == 1:
                slack.ask_for_another_socket()


@pytest.mark.sources
def test_a_token_that_slack_refuses_is_one_line(slack: SocketSlack) -> None:
    """And nothing is left of the attempt."""
    account = SlackAccount("xapp-wrong", "", slack.api_url)
    with pytest.raises(LocalError, match="invalid_auth"):
        SocketMode(account, "http://127.0.0.1:1/slack", "secret")
    with closing(SocketMode(SlackAccount(slack.app_token, "", slack.api_url), "http://127.0.0.1:1/slack", "secret")):
        slack.send("slash_commands", {"text": "help"})  # the door is gone: not acknowledged
        with pytest.raises(queue.Empty):
            slack.acknowledged(1)


@pytest.mark.sources
@pytest.mark.parametrize("environment", [{}, {"SLACK_APP_TOKEN": "xoxb-1"}])
def test_without_an_app_token_the_way_out_is_named(environment: dict[str, str]) -> None:
    """By the variable's name."""
    with pytest.raises(LocalError, match="SLACK_APP_TOKEN"):
        SlackAccount.from_environment(environment)
