"""Block Kit's limits, as Slack checks them in a message."""

from collections.abc import Callable

import pytest

from local.slack.blocks import elements_of, parse_blocks


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> dict[str, object]:
    return {"type": "mrkdwn", "text": text}


def _button(**more: object) -> dict[str, object]:
    return {"type": "button", "text": _plain("Stop"), "action_id": "stop", **more}


def _section(**more: object) -> dict[str, object]:
    return {"type": "section", "text": _mrkdwn("words"), **more}


def _actions(*buttons: object) -> dict[str, object]:
    return {"type": "actions", "elements": list(buttons)}


@pytest.mark.parametrize(
    ("limit", "block"),
    [
        (3000, lambda size: _section(text=_mrkdwn("x" * size))),
        (2000, lambda size: _section(fields=[_mrkdwn("x" * size)])),
        (10, lambda size: _section(fields=[_mrkdwn("x")] * size)),
        (150, lambda size: {"type": "header", "text": _plain("x" * size)}),
        (10, lambda size: {"type": "context", "elements": [_mrkdwn("x")] * size}),
        (25, lambda size: _actions(*(_button(action_id=str(place)) for place in range(size)))),
        (75, lambda size: _actions(_button(text=_plain("x" * size)))),
        (2000, lambda size: _actions(_button(value="x" * size))),
        (255, lambda size: _actions(_button(action_id="x" * size))),
        (255, lambda size: _section(block_id="x" * size)),
        (100, lambda size: _actions(_button(confirm=_question(title="x" * size)))),
        (30, lambda size: _actions(_button(confirm=_question(deny="x" * size)))),
    ],
)
def test_each_limit_is_the_last_size_that_passes(limit: int, block: Callable[[int], dict[str, object]]) -> None:
    """One more than the limit is refused; so is nothing at all where something is required."""
    parse_blocks([block(limit)])
    with pytest.raises(ValueError, match=r"at most|no more"):
        parse_blocks([block(limit + 1)])


def _question(title: str = "Sure?", deny: str = "No") -> dict[str, object]:
    return {"title": _plain(title), "text": _mrkdwn("Stop it?"), "confirm": _plain("Yes"), "deny": _plain(deny)}


def test_a_message_has_at_most_fifty_blocks() -> None:
    """Fifty pass, fifty-one don't, none is no blocks."""
    assert len(parse_blocks([{"type": "divider"}] * 50)) == 50
    assert parse_blocks([]) == ()
    with pytest.raises(ValueError, match="at most 50"):
        parse_blocks([{"type": "divider"}] * 51)


@pytest.mark.parametrize(
    "blocks",
    [
        "words",
        {"type": "divider"},
        [{"type": "marquee"}],
        [{}],
        [{"type": "section"}],
        [_section(text="words")],
        [_section(text=_mrkdwn(""))],
        [_section(text={"type": "html", "text": "x"})],
        [_section(text={"type": "mrkdwn"})],
        [_section(text=_mrkdwn("x") | {"text": 7})],
        [_section(color="red")],
        [_section(fields=[])],
        [{"type": "header", "text": _mrkdwn("x")}],
        [{"type": "header"}],
        [{"type": "context", "elements": []}],
        [{"type": "context", "elements": [_button()]}],
        [_actions()],
        [_actions(_button(), _button())],
        [_actions(_button(style="loud"))],
        [_actions(_button(text=_mrkdwn("x")))],
        [_section(block_id="same"), _section(block_id="same")],
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text"}]}]}],
    ],
)
def test_what_slack_would_not_take_is_refused(blocks: object) -> None:
    """Unknown types and fields, wrong shapes, missing and repeated names."""
    with pytest.raises(ValueError, match=r"\S"):
        parse_blocks(blocks)


def test_elements_are_found_in_rows_at_the_side_of_a_section_and_in_inputs() -> None:
    """In the order they are read; other blocks have none."""
    given = [
        _section(accessory=_button(action_id="a")),
        _actions(_button(action_id="b"), _menu(action_id="c")),
        {"type": "input", "label": _plain("Room"), "element": {"type": "plain_text_input", "action_id": "d"}},
    ]
    blocks = parse_blocks([*given, {"type": "divider"}])
    assert [element.action_id for block in blocks for element in elements_of(block)] == ["a", "b", "c", "d"]


def _menu(**more: object) -> dict[str, object]:
    return {"type": "static_select", "options": _options(1), **more}


def _options(count: int, text: str = "one", value: str = "1") -> list[dict[str, object]]:
    return [{"text": _plain(text), "value": value}] * count


def _field(**element: object) -> dict[str, object]:
    return {"type": "input", "label": _plain("Room"), "element": element}


@pytest.mark.parametrize(
    ("limit", "block"),
    [
        (5, lambda size: _actions({"type": "overflow", "options": _options(size)})),
        (100, lambda size: _actions(_menu(options=_options(size)))),
        (10, lambda size: _field(type="radio_buttons", options=_options(size))),
        (10, lambda size: _section(accessory={"type": "checkboxes", "options": _options(size)})),
        (75, lambda size: _actions(_menu(options=_options(1, text="x" * size)))),
        (150, lambda size: _actions(_menu(options=_options(1, value="x" * size)))),
        (150, lambda size: _actions(_menu(placeholder=_plain("x" * size)))),
        (2000, lambda size: {**_field(type="plain_text_input"), "label": _plain("x" * size)}),
        (3000, lambda size: _field(type="plain_text_input", initial_value="x" * size)),
        (7, lambda size: _field(type="plain_text_input", initial_value="x" * size, max_length=7)),
    ],
)
def test_each_limit_of_menus_and_inputs_is_the_last_size_that_passes(
    limit: int, block: Callable[[int], dict[str, object]]
) -> None:
    """One more than the limit is refused."""
    parse_blocks([block(limit)])
    with pytest.raises(ValueError, match=r"at most|no more"):
        parse_blocks([block(limit + 1)])


@pytest.mark.parametrize(
    "block",
    [
        _actions(_menu(options=None)),
        _actions(_menu(option_groups=[{"label": _plain("x"), "options": _options(1)}])),
        _actions(_menu(initial_option={"text": _plain("another"), "value": "2"})),
        _actions(_menu(options=[{"text": _mrkdwn("x"), "value": "1"}])),
        _actions(_menu(options=[{"text": _plain("x"), "value": "1", "url": "https://a.example"}])),
        _actions({"type": "overflow", "options": []}),
        _actions({"type": "plain_text_input"}),
        _actions({"type": "multi_static_select", "options": _options(1)}),
        _section(accessory={"type": "number_input", "is_decimal_allowed": False}),
        _field(type="button", text=_plain("x")),
        _field(type="overflow", options=_options(1)),
        _field(type="number_input"),
        _field(type="number_input", is_decimal_allowed=False, initial_value="1.5"),
        _field(type="number_input", is_decimal_allowed=False, min_value="2", max_value="1"),
        _field(type="number_input", is_decimal_allowed=False, min_value="many"),
        _field(type="plain_text_input", min_length=2, max_length=1),
        _field(type="conversations_select", response_url_enabled=True),
        {"type": "input", "element": {"type": "plain_text_input"}},
    ],
)
def test_menus_and_inputs_that_slack_would_not_take_are_refused(block: dict[str, object]) -> None:
    """In the wrong block, without what they need, or with what contradicts itself."""
    with pytest.raises(ValueError, match=r"\S"):
        parse_blocks([block])


def test_only_one_element_has_the_focus_at_first() -> None:
    """A second one with focus_on_load is refused."""
    fields = [_field(type="plain_text_input", action_id=name, focus_on_load=True) for name in ("a", "b")]
    parse_blocks(fields[:1])
    with pytest.raises(ValueError, match="focus_on_load"):
        parse_blocks(fields)
