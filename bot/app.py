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
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.asker import TypedCommand
from bot.conversation import Conversation
from bot.messages import replies

if TYPE_CHECKING:
    from bot.listeners import Listeners

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
    app.action(re.compile(""))(lambda ack, body: listeners.others().click(ack, body))
    app.shortcut(re.compile(""))(lambda ack, body: listeners.others().shortcut(ack, body))
    app.view(re.compile(""))(lambda ack, body: listeners.others().submission(ack, body))
    app.event("app_home_opened")(lambda ack, body: listeners.others().home(ack, body))
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
            return BoltResponse(
                status=HTTPStatus.BAD_REQUEST, body="a command names its user, channel and response_url"
            )
        try:
            reply = self.conversation.answer_typed(typed.text, typed, typed.trigger_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person reads that it was not their mistake
            self.report(error)
            reply = replies.our_mistake()
        return ack() if reply is None else ack(reply.body)

    def another_command(self, ack: Ack) -> BoltResponse:
        """Answer a slash command of another name."""
        return ack(replies.another_name(self.conversation.command).body)

    def others(self) -> "Listeners":
        """Return the listeners for what is not typed."""
        # A command needs none of that, and it is a part of a cold start.
        from bot.listeners import Listeners  # noqa: PLC0415

        return Listeners(self.conversation, self.report, self.respond)

    def unheard(self, error: Exception) -> BoltResponse:
        """Answer what no listener has answered."""
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=HTTPStatus.OK)  # an event that recordbot does not handle
        if _is_of_a_listener(error):
            self.report(error)
            return BoltResponse(status=HTTPStatus.OK)
        # Bolt itself could not read the payload, because a field has another type.
        return BoltResponse(status=HTTPStatus.BAD_REQUEST, body="the payload is nothing that Slack sends")


def _is_of_a_listener(error: Exception) -> bool:
    return any(frame.f_globals["__name__"] == __name__ for frame, _ in walk_tb(error.__traceback__))
