"""What people do in the app's home tab: open it, click and choose."""

from collections.abc import Callable
from dataclasses import replace

from local.slack import interactions
from local.slack.chat import BOT, Chat, Kind, Person
from local.slack.delivery import Delivery
from local.slack.modal_acts import Interact
from local.slack.open_views import OpenViews
from local.slack.state import Document, Entered, Given, action_of, find_element, merged
from local.slack.triggers import Triggers
from local.slack.views import Home, OpenView

type SendEvent = Callable[[Person, Document, tuple[tuple[str, str], ...]], Delivery]


class Homes:
    """The home tabs of all people."""

    def __init__(
        self,
        views: OpenViews,
        triggers: Triggers,
        chat: Chat,
        clock: Callable[[], float],
        interact: Interact,
        send_event: SendEvent,
    ) -> None:
        self._views = views
        self._triggers = triggers
        self._chat = chat
        self._clock = clock
        self._interact = interact
        self._send_event = send_event

    def seen(self, person: Person) -> OpenView[Home] | None:
        """Return the person's home tab; None while the app has published none."""
        return self._views.home(person.user_id)

    def open(self, person: Person) -> list[Delivery]:
        """Open the home tab, and return the deliveries of the event: a second one if the app did not answer 200.

        Slack would try it twice more, after a minute and after five.
        """
        event = interactions.home_opened(person, self._own_channel(person), self.seen(person), self._clock())
        first = self._send_event(person, event, ())
        return [first, self.retry(person, event, first)] if first.error else [first]

    def retry(self, person: Person, event: Document, failed: Delivery, number: int = 1) -> Delivery:
        """Send an event again, as Slack does when the app did not answer it with 200 in time."""
        reason = "http_timeout" if failed.error == "operation_timeout" else "http_error"
        return self._send_event(person, event, (("X-Slack-Retry-Num", str(number)), ("X-Slack-Retry-Reason", reason)))

    def click(
        self,
        person: Person,
        action_id: str,
        chosen: Given = None,
        *,
        block_id: str = "",
        entered: Entered | None = None,
    ) -> Delivery:
        """Click a button or choose in a menu of the home tab. Raises LookupError if there is none."""
        view = self.seen(person)
        if view is None:
            raise LookupError(f"{person.name} has no home tab yet")
        found_in, element = find_element(view.view.blocks, action_id, chosen, block_id)
        action = action_of(found_in, element, chosen, self._clock())
        view = self._views.change_home(
            replace(view, entered=merged(view.entered, entered or {}, found_in, element, chosen))
        )
        with self._chat.news:
            trigger_id = self._triggers.issue(person.user_id, view_id=view.view_id)
        return self._interact(person, interactions.view_click(person, view, action, trigger_id))

    def _own_channel(self, person: Person) -> str:
        """Return the id of the person's conversation with the app, which everybody has."""
        members = {person.user_id, BOT}
        own = (it for it in self._chat.channels.values() if it.kind is Kind.DIRECT and it.members == members)
        return next((it.channel_id for it in own), f"D{person.user_id[1:]}BOT")
