"""The views that are open: each person's stack of modals and home tab, as the app's calls and answers change them."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from local.slack.chat import Chat
from local.slack.elements import Button, Overflow
from local.slack.refusal import Refused
from local.slack.state import Document, Entered, Given, placed_elements
from local.slack.triggers import Trigger, Triggers
from local.slack.views import Home, Modal, OpenView, parse_home, parse_modal

STACK_LIMIT = 3

type _Arguments = Mapping[str, object]


class OpenViews:
    """The modals and home tabs of all people. Thread-safe: uses the chat's lock."""

    def __init__(self, chat: Chat, clock: Callable[[], float], triggers: Triggers) -> None:
        self._chat = chat
        self._clock = clock
        self._triggers = triggers
        self._stacks: dict[str, list[OpenView[Modal]]] = {}
        self._homes: dict[str, OpenView[Home]] = {}

    def methods(self) -> dict[str, Callable[[_Arguments], Document]]:
        """Return the methods of the Web API, which return the fields of an answer and raise Refused."""
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    def modal(self, user_id: str) -> OpenView[Modal] | None:
        """Return the modal that the person sees: the top one of the stack."""
        with self._chat.news:
            return next(reversed(self._stacks.get(user_id, ())), None)

    def home(self, user_id: str) -> OpenView[Home] | None:
        """Return the person's home tab; None while nothing is published."""
        with self._chat.news:
            return self._homes.get(user_id)

    def find(self, view: OpenView[Modal]) -> OpenView[Modal] | None:
        """Return the modal as it is now; None if it is closed."""
        with self._chat.news:
            return next((it for it in self._stacks.get(view.user_id, ()) if it.view_id == view.view_id), None)

    def change_home(self, view: OpenView[Home]) -> OpenView[Home]:
        """Put a changed home tab in its place, and return it."""
        with self._chat.news:
            self._homes[view.user_id] = view
            self._chat.tell()
            return view

    def change(self, view: OpenView[Modal]) -> OpenView[Modal]:
        """Put a changed modal in its place, and return it."""
        with self._chat.news:
            stack = self._stacks.get(view.user_id, [])
            self._stacks[view.user_id] = [view if it.view_id == view.view_id else it for it in stack]
            self._chat.tell()
            return view

    def close(self, user_id: str, *, clear: bool = False) -> None:
        """Close the top modal; with `clear` all of them."""
        with self._chat.news:
            self._stacks[user_id] = [] if clear else self._stacks.get(user_id, [])[:-1]
            self._chat.tell()

    def answer(self, view: OpenView[Modal], payload: Mapping[str, object]) -> None:
        """Do what the app's answer to a submission says. Raises Refused if it can't be done."""
        match payload:
            case {"response_action": "errors", "errors": dict(errors)}:
                self.change(replace(view, errors=_checked(errors, view)))
            case {"response_action": "update", "view": dict(given)}:
                self._replace(view, parse_modal(given))
            case {"response_action": "push", "view": dict(given)}:
                self._stack_up(view.user_id, view.channel_id, parse_modal(given))
            case {"response_action": "clear"}:
                self.close(view.user_id, clear=True)
            case {"response_action": action}:
                raise Refused("invalid_response_action", f"{action!r}")
            case _:
                self.close(view.user_id)

    def _open(self, arguments: _Arguments) -> Document:
        view = parse_modal(arguments.get("view"))
        trigger = self._triggers.exchange(arguments.get("trigger_id"))
        if self._is_in_modal(trigger):  # guess: in a modal, views.open pushes as views.push does
            return self._stack_up(trigger.user_id, trigger.channel_id, view)
        self._stacks[trigger.user_id] = []
        return self._stack_up(trigger.user_id, trigger.channel_id, view)

    def _push(self, arguments: _Arguments) -> Document:
        view = parse_modal(arguments.get("view"))
        trigger = self._triggers.exchange(arguments.get("trigger_id"))
        if not self._is_in_modal(trigger):
            raise Refused("not_found", "no modal is open")
        return self._stack_up(trigger.user_id, trigger.channel_id, view)

    def _update(self, arguments: _Arguments) -> Document:
        view = parse_modal(arguments.get("view"))
        wanted, external = arguments.get("view_id"), arguments.get("external_id")
        for it in (view for stack in self._stacks.values() for view in stack):
            if it.view_id == wanted or (external and it.view.external_id == external):
                _check_hash(arguments.get("hash"), it)
                return self._replace(it, view)
        raise Refused("not_found", f"no view {wanted or external!r} is open")

    def _publish(self, arguments: _Arguments) -> Document:
        view = parse_home(arguments.get("view"))
        user_id = str(arguments.get("user_id"))
        if user_id not in self._chat.people:
            raise Refused("invalid_arguments", f"no person {user_id!r} [json-pointer:/user_id]")
        old = self._homes.get(user_id)
        _check_hash(arguments.get("hash"), old)
        view_id = old.view_id if old else _new_id()
        published = OpenView(view_id, view, user_id, self._new_hash(), view_id)
        self._homes[user_id] = published
        self._chat.tell()
        return {"view": published.document()}

    def _replace(self, old: OpenView[Modal], view: Modal) -> Document:
        entered = _still_there(old.entered, view)
        changed = replace(old, view=view, hash=self._new_hash(), entered=entered, errors={}, trouble=False)
        return {"view": self.change(changed).document()}

    def _stack_up(self, user_id: str, channel_id: str, view: Modal) -> Document:
        stack = self._stacks.setdefault(user_id, [])
        if len(stack) >= STACK_LIMIT:
            raise Refused("push_limit_reached", f"{STACK_LIMIT} views are open")
        external = view.external_id
        if external and any(it.view.external_id == external for views in self._stacks.values() for it in views):
            raise Refused("duplicate_external_id", external)
        view_id = _new_id()
        root, previous = (stack[0].view_id, stack[-1].view_id) if stack else (view_id, None)
        opened = OpenView(view_id, view, user_id, self._new_hash(), root, previous, channel_id)
        stack.append(opened)
        self._chat.tell()
        return {"view": opened.document()}

    def _is_in_modal(self, trigger: Trigger) -> bool:
        return any(it.view_id == trigger.view_id for it in self._stacks.get(trigger.user_id, ()))

    def _new_hash(self) -> str:
        return f"{int(self._clock())}.{secrets.token_hex(4)}"


def _new_id() -> str:
    return f"V{secrets.token_hex(5).upper()}"


def _check_hash(given: object, view: OpenView[Modal] | OpenView[Home] | None) -> None:
    if given and (view is None or given != view.hash):
        raise Refused("hash_conflict", "the view has changed since")


def _checked(errors: Mapping[str, object], view: OpenView[Modal]) -> Mapping[str, str]:
    """Return the errors. Raises Refused if one isn't a text at an input of the view."""
    inputs = {block.block_id for block in view.view.blocks if block.type == "input"}
    if not errors or any(block_id not in inputs or not isinstance(text, str) for block_id, text in errors.items()):
        raise Refused("invalid_errors", f"{errors!r}")
    return {block_id: str(text) for block_id, text in errors.items()}


def _still_there(entered: Entered, view: Modal) -> Entered:
    """Return what was entered in elements that the new view has too, under the same block_id and action_id."""
    kept: dict[str, dict[str, Given]] = {}
    for block_id, _, element in placed_elements(view.blocks):
        if not isinstance(element, Button | Overflow) and element.action_id in entered.get(block_id, {}):
            kept.setdefault(block_id, {})[element.action_id] = entered[block_id][element.action_id]
    return kept
