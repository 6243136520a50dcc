"""Listeners of the Bolt app for what people do without typing. Each answers its own errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from slack_bolt import Ack, BoltResponse

from bot.conversation import Conversation
from bot.messages import replies
from bot.messages.views import message
from bot.payloads import Clicked, ClickedInView, HomeOpened, Shortcut, Submitted
from bot.surfaces import Surfaces, ToClick, ToSubmission
from shared.recordings import Unavailable


@dataclass(frozen=True, slots=True)
class Listeners:
    """What Bolt calls for clicks, shortcuts, forms and events."""

    conversation: Conversation
    report: Callable[[Exception], None]
    respond: Callable[[str, Mapping[str, Any]], None]

    @property
    def surfaces(self) -> Surfaces:
        """Return what answers."""
        return Surfaces(self.conversation)

    def click(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Answer a click in a message, or in a view."""
        if "view" in body:
            return self._click_in_view(ack, body)
        try:
            clicked = Clicked.model_validate(body)
        except ValidationError:
            return _bad_request("a click names its user, channel, message and response_url")
        try:
            answer = self.surfaces.answer_click(clicked)
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
            self.surfaces.answer_click_in_view(clicked)
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
            self.surfaces.publish_home(opened)
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
            reply = self.surfaces.answer_shortcut(shortcut)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)
            reply = replies.our_mistake()
        if reply is not None and shortcut.response_url is not None:
            self._say(shortcut.response_url, reply.body | {"replace_original": False})
        return ack()

    def submission(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Answer a form."""
        try:
            submitted = Submitted.model_validate(body)
        except ValidationError:
            return _bad_request("a submission names its user, and its view with what was entered")
        try:
            answer = self.surfaces.answer_form(submitted)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)
            answer = ToSubmission(view=message("recordbot", replies.our_mistake()))
        if answer.errors:
            return ack(response_action="errors", errors=dict(answer.errors))
        if answer.view is not None:
            return ack(response_action="update", view=dict(answer.view))
        if answer.reply is not None:
            self._say(answer.response_url, answer.reply.body)
        return ack()

    def _say(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Post the message. This raises no error: an order is on the queue by now, and Slack must read that it is."""
        try:
            self.respond(response_url, message)
        except Unavailable as unavailable:
            self.conversation.report_away(unavailable)
        except Exception as error:  # noqa: BLE001 - as for a command
            self.report(error)


def _as_answer(answer: ToClick, clicked: Clicked) -> dict[str, Any]:
    """Return the answer to a click as the JSON object that is posted to its response_url."""
    is_reply = clicked.container.is_in_thread and not answer.replaces
    in_thread = {"thread_ts": clicked.container.thread_ts} if is_reply else {}
    return answer.reply.body | {"replace_original": answer.replaces} | in_thread


def _bad_request(why: str) -> BoltResponse:
    return BoltResponse(status=HTTPStatus.BAD_REQUEST, body=why)
