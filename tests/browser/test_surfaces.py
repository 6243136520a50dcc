"""Modals and the home tab as Slack shows them, whatever app they are of."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from local.slack.chat import ANN, CLASS_RECORDINGS
from local.system import System
from tests.browser.checker import serious_faults
from tests.browser.conftest import Open
from tests.browser.conversation import go_to
from tests.browser.test_access import DESKTOP, PHONE
from tests.processes import PATIENCE_S
from tests.unit.local.slack.app import button, field, menu, modal, plain, row

HD = {"text": plain("hd"), "value": "hd"}
FORM = modal(
    field("Room", {"type": "plain_text_input", "max_length": 5}, hint=plain("As RTC calls it")),
    field("Minutes", {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, optional=True),
    field("Quality", menu("hd", "sd", initial_option=HD)),
    field("Picture", menu("hd", "sd", kind="radio_buttons", initial_option=HD)),
    field("Sound", menu("left", "right", kind="checkboxes"), optional=True),
    field("Several", menu("left", "right", kind="multi_static_select"), optional=True),
    field("Who", {"type": "users_select"}, optional=True),
    field("Tell", {"type": "conversations_select", "default_to_current_conversation": True}),
    row(menu("x", kind="overflow", action_id="more")),
)
HOME = {"type": "home", "blocks": [{"type": "header", "text": plain("Yours")}, row(button("Stop"), menu("x", "y"))]}


@pytest.fixture
def silent_app(system: System) -> Iterator[None]:
    """The bot hears nothing, and publishes no home tab of its own."""
    url, system.slack.request_url = system.slack.request_url, "http://127.0.0.1:1/slack"
    yield
    system.slack.request_url = url


def _call(system: System, method: str, **arguments: Any) -> None:
    """Call the Web API as the app."""
    headers = {"Authorization": f"Bearer {system.slack.bot_token}"}
    url = f"{system.slack.api_url}{method}"
    answer = requests.post(url, json=arguments, headers=headers, timeout=PATIENCE_S).json()
    assert answer["ok"], answer


def _open_modal(system: System, view: dict[str, Any]) -> None:
    _call(system, "views.open", trigger_id=system.slack._trigger(ANN, CLASS_RECORDINGS), view=view)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_form_is_filled_by_keyboard(open_page: Open, system: System, size: dict[str, int]) -> None:
    """What is wrong is at its field, and the focus goes there; what was entered stays, and Escape closes the form."""
    page = open_page(viewport=size)
    box = page.get_by_role("textbox")
    box.focus()
    _open_modal(system, FORM)
    dialog = page.get_by_role("dialog", name="Record")
    room = dialog.get_by_label("Room")
    expect(room).to_be_focused()
    expect(dialog.get_by_label("Tell")).to_have_value(CLASS_RECORDINGS.channel_id)
    dialog.get_by_label("Minutes").fill("10")
    page.keyboard.press("Enter")
    expect(room).to_be_focused()
    expect(room).to_have_accessible_description("As RTC calls it Please complete this required field.")
    expect(dialog.get_by_label("Minutes")).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator(".field-error")).to_contain_text(["required field", "at most 9"] + [""] * 6)
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    room.fill("100")
    dialog.get_by_label("Minutes").fill("9")
    dialog.get_by_role("radiogroup", name="Picture").get_by_label("sd").check()
    dialog.get_by_role("group", name="Sound").get_by_label("left").check()
    dialog.get_by_label("Who").select_option("ben")
    dialog.get_by_role("button", name="More options").click()
    expect(page.get_by_role("menuitem", name="x")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    view = system.slack.modal.seen(ANN)
    assert view
    _call(system, "views.update", view_id=view.view_id, view={**FORM, "title": plain("Changed")})
    expect(page.get_by_role("dialog", name="Changed").get_by_label("Minutes")).to_have_value("9")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(box).to_be_focused()
    assert system.slack.modal.seen(ANN) is None


@pytest.mark.usefixtures("silent_app")
def test_the_home_tab_is_drawn_anew_when_it_is_published(open_page: Open, system: System) -> None:
    """It has no input; its buttons keep the focus; each person has their own."""
    page = open_page()
    go_to(page, "recordbot home")
    expect(page.get_by_role("region", name="Home")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    _call(system, "views.publish", user_id=ANN.user_id, view=HOME)
    home = page.get_by_role("region", name="Home")
    expect(home.get_by_role("heading")).to_have_text("Yours")
    home.get_by_role("button", name="Stop").focus()
    header = {"type": "header", "text": plain("Changed")}
    _call(system, "views.publish", user_id=ANN.user_id, view={**HOME, "blocks": [header, *HOME["blocks"][1:]]})
    expect(home.get_by_role("heading")).to_have_text("Changed")
    expect(home.get_by_role("button", name="Stop")).to_be_focused()
    assert serious_faults(page) == []
    go_to(page, "class-recordings")
    expect(page.get_by_role("textbox")).to_be_visible()
    expect(home).to_be_hidden()


@pytest.mark.usefixtures("silent_app")
def test_a_failed_click_is_said(page: Page, system: System) -> None:
    """If the app doesn't answer 200, a status says so."""
    go_to(page, "recordbot home")
    _call(system, "views.publish", user_id=ANN.user_id, view=HOME)
    page.get_by_role("region", name="Home").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").filter(has_text="dispatch_failed")).to_be_visible()
