"""What people do in a modal: click, choose, submit and close."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from local.slack import interactions
from local.slack.blocks import Input
from local.slack.chat import Channel, Chat, Person
from local.slack.delivery import Delivery, object_in
from local.slack.elements import ConversationsSelect
from local.slack.open_views import OpenViews
from local.slack.refusal import Refused
from local.slack.state import (
    Document,
    Entered,
    Given,
    action_of,
    find_element,
    given_in,
    merged,
    placed_elements,
    problems_of,
)
from local.slack.triggers import Triggers
from local.slack.views import Modal, OpenView


class Interact(Protocol):
    """Delivers the payload of what a person did."""

    def __call__(
        self, person: Person, payload: Document, channel: Channel | None = None, response_url: str = ""
    ) -> Delivery:
        """Deliver it, and return the delivery."""


class Modals:
    """The modals of all people. Each method raises LookupError if none is open for the person."""

    def __init__(
        self,
        views: OpenViews,
        triggers: Triggers,
        chat: Chat,
        clock: Callable[[], float],
        interact: Interact,
        response_url: Callable[[Channel, Person], str],
    ) -> None:
        self._views = views
        self._triggers = triggers
        self._chat = chat
        self._clock = clock
        self._interact = interact
        self._response_url = response_url

    def seen(self, person: Person) -> OpenView[Modal] | None:
        """Return the modal that the person sees; None if none is open."""
        return self._views.modal(person.user_id)

    def click(
        self,
        person: Person,
        action_id: str,
        chosen: Given = None,
        *,
        block_id: str = "",
        entered: Entered | None = None,
    ) -> Delivery:
        """Click a button or choose in a menu, with what was entered so far. Raises LookupError if there is none."""
        view = self._open(person)
        found_in, element = find_element(view.view.blocks, action_id, chosen, block_id)
        action = action_of(found_in, element, chosen, self._clock())
        view = self._views.change(replace(view, entered=merged(view.entered, entered or {}, found_in, element, chosen)))
        return self._interact(person, interactions.view_click(person, view, action, self._trigger(view)))

    def submit(self, person: Person, entered: Entered | None = None) -> Delivery | None:
        """Submit the modal with what was entered, and return the delivery.

        None if Slack itself refuses a field: the view's `errors` say why. They also have the errors that the app
        answers with. If the app doesn't answer as it must, the view is in `trouble`.
        """
        view = self._open(person)
        if view.view.submit is None:
            raise LookupError("the modal can't be submitted")
        now_entered = merged(view.entered, entered or {})
        problems = problems_of(view.view.blocks, now_entered, view.channel_id)
        view = self._views.change(replace(view, entered=now_entered, errors=problems, trouble=False))
        if problems:
            return None
        urls = self._response_urls_of(person, view)
        delivery = self._interact(person, interactions.submission(person, view, self._trigger(view), urls))
        with self._chat.news:
            current = self._views.find(view)
            if current and not self._take(delivery, current):
                self._views.change(replace(current, trouble=True))
        return delivery

    def close(self, person: Person, *, clear: bool = False) -> Delivery | None:
        """Close the top modal, with `clear` all; return the delivery, None if the app wants none (notify_on_close)."""
        view = self._open(person)
        modal = view.view
        clear = clear or modal.clear_on_close
        self._views.close(person.user_id, clear=clear)
        if not modal.notify_on_close:
            return None
        return self._interact(person, interactions.closing(person, view, is_cleared=clear))

    def _open(self, person: Person) -> OpenView[Modal]:
        view = self.seen(person)
        if view is None:
            raise LookupError(f"no modal is open for {person.name}")
        return view

    def _take(self, delivery: Delivery, view: OpenView[Modal]) -> bool:
        """Do what the app answered, and return whether it answered as it must."""
        if delivery.answer is None or delivery.error:
            return False
        try:
            self._views.answer(view, object_in(delivery.answer))
        except Refused:
            return False
        return True

    def _trigger(self, view: OpenView[Modal]) -> str:
        with self._chat.news:
            return self._triggers.issue(view.user_id, view.channel_id, view.view_id)

    def _response_urls_of(self, person: Person, view: OpenView[Modal]) -> list[Document]:
        """Return a response URL for each conversation that was chosen where the app asks for one."""
        urls: list[Document] = []
        for block_id, block, element in placed_elements(view.view.blocks):
            if not (isinstance(block, Input) and isinstance(element, ConversationsSelect)):
                continue
            channel = self._chat.channels.get(str(given_in(block_id, element, view.entered, view.channel_id)))
            if element.response_url_enabled and channel:
                urls.append(
                    {
                        "block_id": block_id,
                        "action_id": element.action_id,
                        "channel_id": channel.channel_id,
                        "response_url": self._response_url(channel, person),
                    }
                )
        return urls
