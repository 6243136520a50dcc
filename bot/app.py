"""The Bolt app, made of the sub-commands in bot/commands/ and the interactions in bot/interactions/.

It makes no network call. Dispatch only verified requests to it, in Bolt's mode "socket_mode". In the other mode Bolt
verifies requests itself. It has no signing secret here, so it refuses them all.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from traceback import walk_tb
from typing import Any

from pydantic import ValidationError
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.conversation import Conversation, ToClick, ToSubmission
from bot.messages import replies
from bot.messages.blocks import Reply
from bot.messages.views import message
from bot.payloads import Clicked, ClickedInView, HomeOpened, Shortcut, Submitted, TypedCommand
from shared.recordings import Unavailable

type Respond = Callable[[str, Mapping[str, Any]], None]


def create_app(conversation: Conversation, *, report: Callable[[Exception], None], respond: Respond) -> App:
    """Return the app that answers commands, clicks, shortcuts and forms: a 200, or a 400 if the payload lacks a field.

    `report` gets the exceptions that are a mistake of ours. `respond` posts a message to a response_url: that is the
    answer to a click, because Slack ignores a message in its 200.
    """
    # Below WARNING Bolt logs whole bodies. It sets this level on its own loggers too.
    logger = logging.getLogger("recordbot.bolt")
    logger.setLevel(logging.WARNING)
    known = AuthorizeResult(enterprise_id=None, team_id=None)
    app = App(
        name=logger.name,
        logger=logger,
        authorize=lambda: known,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        token_verification_enabled=False,
    )
    listeners = _Listeners(conversation, report, respond)
    app.command(conversation.command)(listeners.command)
    app.command(re.compile(""))(listeners.another_command)
    app.action(re.compile(""))(listeners.click)
    app.shortcut(re.compile(""))(listeners.shortcut)
    app.view(re.compile(""))(listeners.submission)
    app.event("app_home_opened")(listeners.home)
    app.error(listeners.unheard)
    return app


@dataclass(frozen=True, slots=True)
class _Listeners:
    """What Bolt calls. Each listener answers its own errors."""

    conversation: Conversation
    report: Callable[[Exception], None]
    respond: Respond

    def command(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Answer the slash command."""
        try:
            typed = TypedCommand.model_validate(body)
        except ValidationError:
            return _bad_request("a command names its user, channel and response_url")
        try:
            reply = self.conversation.typed(typed.text, typed, typed.trigger_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person reads that it was not their mistake
            self.report(error)
            reply = replies.our_mistake()
        return ack() if reply is None else ack(as_body(reply))

    def another_command(self, ack: Ack) -> BoltResponse:
        """Answer a slash command of another name."""
        return ack(as_body(replies.another_name(self.conversation.command)))

    def click(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Answer a click in a message, or in a view."""
        if "view" in body:
            return self._click_in_view(ack, body)
        try:
            clicked = Clicked.model_validate(body)
        except ValidationError:
            return _bad_request("a click names its user, channel, message and response_url")
        try:
            answer = self.conversation.clicked(clicked)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)
            answer = ToClick(replies.our_mistake(), replaces=False)
        if answer is not None:
            self._say(clicked.response_url, _as_answer(answer, clicked))
        return ack()

    def _click_in_view(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        try:
            clicked = ClickedInView.model_validate(body)
        except ValidationError:
            return _bad_request("a click in a view names its user, its view and its control")
        try:
            self.conversation.clicked_in_view(clicked)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)
        return ack()

    def home(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Take the event that somebody has opened the home tab."""
        try:
            opened = HomeOpened.model_validate(body)
        except ValidationError:
            return _bad_request("an event names its user and has an event_id")
        try:
            self.conversation.home_opened(opened)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)
        return ack()

    def shortcut(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Answer a shortcut, of the workspace or of a message."""
        try:
            shortcut = Shortcut.model_validate(body)
        except ValidationError:
            return _bad_request("a shortcut names its user and a trigger_id")
        try:
            reply = self.conversation.shortcut(shortcut)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)
            reply = replies.our_mistake()
        if reply is not None and shortcut.response_url is not None:
            self._say(shortcut.response_url, as_body(reply) | {"replace_original": False})
        return ack()

    def submission(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Answer a form."""
        try:
            submitted = Submitted.model_validate(body)
        except ValidationError:
            return _bad_request("a submission names its user, and its view with what was entered")
        try:
            answer = self.conversation.submitted(submitted)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)
            answer = ToSubmission(view=message("recordbot", replies.our_mistake()))
        if answer.errors:
            return ack(response_action="errors", errors=dict(answer.errors))
        if answer.view is not None:
            return ack(response_action="update", view=dict(answer.view))
        if answer.reply is not None:
            self._say(answer.response_url, as_body(answer.reply))
        return ack()

    def unheard(self, error: Exception) -> BoltResponse:
        """Answer what no listener has answered."""
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=HTTPStatus.OK)  # an event that recordbot does not handle
        if _is_of_a_listener(error):
            self.report(error)
            return BoltResponse(status=HTTPStatus.OK)
        # Bolt itself could not read the payload, because a field has another type.
        return _bad_request("the payload is nothing that Slack sends")

    def _say(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Post the message. This raises no error: an order is on the queue by now, and Slack must read that it is."""
        try:
            self.respond(response_url, message)
        except Unavailable as unavailable:
            self.conversation.report_away(unavailable)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)


def as_body(reply: Reply) -> dict[str, Any]:
    """Return the reply as the JSON object that answers a command."""
    return {"response_type": reply.to.value, "text": reply.text, "blocks": reply.blocks}


def _as_answer(answer: ToClick, clicked: Clicked) -> dict[str, Any]:
    """Return the answer to a click as the JSON object that is posted to its response_url."""
    is_reply = clicked.container.is_in_thread and not answer.replaces
    in_thread = {"thread_ts": clicked.container.thread_ts} if is_reply else {}
    return as_body(answer.reply) | {"replace_original": answer.replaces} | in_thread


def _is_of_a_listener(error: Exception) -> bool:
    return any(frame.f_globals["__name__"] == __name__ for frame, _ in walk_tb(error.__traceback__))


def _bad_request(why: str) -> BoltResponse:
    return BoltResponse(status=HTTPStatus.BAD_REQUEST, body=why)
