"""What a person does on the page with the app's buttons, forms, shortcuts and home tab."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from local.slack.chat import Message, Person
from local.slack.delivery import Delivery
from local.slack.workspace import SlackWorkspace


class Act(BaseModel, extra="forbid", frozen=True):
    """What is done: by whom, and where it applies on which message, element or shortcut, with what was entered."""

    person: str
    channel: str = ""
    ts: str = ""
    block_id: str = ""
    action_id: str = ""
    chosen: str | list[str] | None = None
    entered: Mapping[str, Mapping[str, str | list[str] | None]] = {}
    callback_id: str = ""


class SlackActs:
    """Does it in the workspace. Each returns Slack's error if the app did not answer as it must, or an empty text.

    Raises LookupError for what the person doesn't see.
    """

    def __init__(self, slack: SlackWorkspace) -> None:
        self._slack = slack
        self._acts: Mapping[str, Callable[[Person, Act], Delivery | None]] = {
            "click": self._click,
            "shortcut": self._use_shortcut,
            "modal/click": self._click_in_modal,
            "modal/submit": lambda person, act: slack.modal.submit(person, act.entered),
            "modal/close": lambda person, _: slack.modal.close(person),
            "home/open": lambda person, _: slack.home.open(person)[-1],
            "home/click": self._click_in_home,
        }

    def perform(self, name: str, act: Act) -> str:
        """Do what `name` says."""
        if name not in self._acts:
            raise LookupError(f"there is no {name!r} to do")
        delivery = self._acts[name](self._person(act.person), act)
        return delivery.error if delivery else ""

    def _click(self, person: Person, act: Act) -> Delivery:
        return self._slack.click(
            person, self._message(act), act.action_id, act.chosen, block_id=act.block_id, entered=act.entered
        )

    def _use_shortcut(self, person: Person, act: Act) -> Delivery:
        return self._slack.use_shortcut(person, act.callback_id, self._message(act) if act.ts else None)

    def _click_in_modal(self, person: Person, act: Act) -> Delivery:
        return self._slack.modal.click(person, act.action_id, act.chosen, block_id=act.block_id, entered=act.entered)

    def _click_in_home(self, person: Person, act: Act) -> Delivery:
        return self._slack.home.click(person, act.action_id, act.chosen, block_id=act.block_id, entered=act.entered)

    def _person(self, person_id: str) -> Person:
        return self._slack.chat.people[person_id]

    def _message(self, act: Act) -> Message:
        message = self._slack.chat.find(act.channel, act.ts)
        if message is None:
            raise LookupError(f"no message {act.ts}")
        return message
