"""What a person has chosen and typed in the elements of a message or a view, as Slack's payloads have it.

A page and a test give it as `Entered`: by block_id and action_id, the text, or the value of the option, the id of the
person or the conversation; a list of values for an element of which several options are chosen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from local.slack.blocks import Block, Input, block_id_of, elements_of, options_of
from local.slack.composition import Option
from local.slack.elements import (
    AnyElement,
    Button,
    Checkboxes,
    ConversationsSelect,
    Lasting,
    MultiStaticSelect,
    Overflow,
    RadioButtons,
    StaticSelect,
    UsersSelect,
)
from local.slack.fields import NumberInput, PlainTextInput

type Given = str | Sequence[str] | None
"""What is in one element: None for nothing."""
type Entered = Mapping[str, Mapping[str, Given]]

type Document = dict[str, object]

REQUIRED = "Please complete this required field."


def placed_elements(blocks: Iterable[Block]) -> Iterator[tuple[str, Block, AnyElement]]:
    """Yield each element with its block's id and its block, in the order they are read."""
    for place, block in enumerate(blocks):
        for element in elements_of(block):
            yield block_id_of(block, place), block, element


def values_of(blocks: Iterable[Block], entered: Entered, channel_id: str = "") -> dict[str, dict[str, Document]]:
    """Return `state.values`: each element that keeps what was entered, by default what it began with.

    `channel_id` is the conversation where a view was opened.
    """
    values: dict[str, dict[str, Document]] = {}
    for block_id, _, element in placed_elements(blocks):
        if not isinstance(element, Button | Overflow):
            given = given_in(block_id, element, entered, channel_id)
            values.setdefault(block_id, {})[element.action_id] = {"type": element.type, **_content(element, given)}
    return values


def given_in(block_id: str, element: Lasting, entered: Entered, channel_id: str = "") -> Given:
    """Return what is in the element: what was entered, or else what it began with."""
    in_block = entered.get(block_id, {})
    return in_block[element.action_id] if element.action_id in in_block else _initial(element, channel_id)


def find_element(blocks: Iterable[Block], action_id: str, chosen: Given, block_id: str) -> tuple[str, AnyElement]:
    """Return the element with its block's id. `block_id` is empty, or says in which block it is.

    Of several buttons it is the one with the value `chosen`, of several menus the one that has that option. An input
    without dispatch_action sends nothing by itself. Raises LookupError.
    """
    for found_in, block, element in placed_elements(blocks):
        is_named = element.action_id == action_id and block_id in {"", found_in}
        if is_named and _has(element, chosen) and not (isinstance(block, Input) and not block.dispatch_action):
            return found_in, element
    raise LookupError(f"there is no {action_id!r}" + (f" with {chosen!r}" if chosen else ""))


def action_of(block_id: str, element: AnyElement, given: Given, now: float) -> Document:
    """Return the action of a payload: that element was clicked, or `given` was chosen or typed there."""
    common: Document = {"type": element.type, "action_id": element.action_id, "block_id": block_id}
    if isinstance(element, Button):
        shown = element.model_dump(exclude_unset=True, include={"text", "value", "style"})
        return {**common, **shown, "action_ts": f"{now:.6f}"}
    return {**common, **_content(element, given), "action_ts": f"{now:.6f}"}


def problems_of(blocks: Iterable[Block], entered: Entered, channel_id: str = "") -> dict[str, str]:
    """Return what Slack itself refuses before it sends a form, by block_id, in words for the person."""
    found = {}
    for block_id, block, element in placed_elements(blocks):
        if isinstance(block, Input) and not isinstance(element, Button | Overflow):
            given = given_in(block_id, element, entered, channel_id)
            if problem := _problem(element, given, is_optional=block.optional):
                found[block_id] = problem
    return found


def merged(
    before: Entered, entered: Entered, block_id: str = "", element: AnyElement | None = None, chosen: Given = None
) -> Entered:
    """Return what was entered before with what was entered since, and with what was chosen in `element`."""
    together = {it: {**before.get(it, {}), **entered.get(it, {})} for it in (*before, *entered)}
    if element is not None and not isinstance(element, Button | Overflow):
        together[block_id] = {**together.get(block_id, {}), element.action_id: chosen}
    return together


def _has(element: AnyElement, chosen: Given) -> bool:
    if isinstance(element, Button):
        return chosen in {None, element.value}
    offered = {option.value for option in options_of(element)}
    wanted = {chosen} if isinstance(chosen, str) else {*(chosen or ())}
    return not offered or wanted <= offered


def _content(element: AnyElement, given: Given) -> Document:
    match element:
        case PlainTextInput() | NumberInput():
            return {"value": given or None}
        case ConversationsSelect():
            return {"selected_conversation": given or None}
        case UsersSelect():
            return {"selected_user": given or None}
        case MultiStaticSelect() | Checkboxes():
            return {
                "selected_options": [_option(element, value).model_dump(exclude_unset=True) for value in given or ()]
            }
        case StaticSelect() | RadioButtons() | Overflow():
            return {"selected_option": _option(element, given).model_dump(exclude_unset=True) if given else None}
        case _:
            raise LookupError(f"nothing can be entered in a {element.type}")


def _option(element: AnyElement, value: object) -> Option:
    for option in options_of(element):
        if option.value == value:
            return option
    raise LookupError(f"{element.type} {element.action_id!r} has no option {value!r}")


def _initial(element: Lasting, channel_id: str) -> Given:
    match element:
        case PlainTextInput() | NumberInput():
            return element.initial_value
        case ConversationsSelect():
            current = channel_id if element.default_to_current_conversation else ""
            return current or element.initial_conversation
        case UsersSelect():
            return element.initial_user
        case MultiStaticSelect() | Checkboxes():
            return [option.value for option in element.initial_options or ()]
        case StaticSelect() | RadioButtons():
            return element.initial_option.value if element.initial_option else None


def _problem(element: Lasting, given: Given, *, is_optional: bool) -> str:
    if not given:
        return "" if is_optional else REQUIRED
    if isinstance(element, NumberInput):
        return element.problem(str(given))
    if isinstance(element, PlainTextInput):
        least, most = element.min_length or 0, element.max_length or 3000
        if len(given) < least:
            return f"Please enter at least {least} characters."
        if len(given) > most:
            return f"Please enter at most {most} characters."
    return ""
