"""The bot's form, its shortcuts and its home tab, played on the page by a person."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from local.slack.chat import ANN, CLASS_RECORDINGS
from local.slack.content import Content
from local.system import System
from tests.browser.checker import serious_faults
from tests.browser.conftest import Open
from tests.browser.conversation import become, go_to, message, send
from tests.browser.test_access import DESKTOP, PHONE
from tests.processes import PATIENCE_S

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(autouse=True)
def patient_slack(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Slack wait longer than three seconds: a form must open however busy the machine is."""
    monkeypatch.setattr(system.slack._courier, "_patience", PATIENCE_S)
    monkeypatch.setattr(system.slack._triggers, "_lifetime", PATIENCE_S)


def _form(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Start a recording")


def _begins_with(form: Locator, **values: str) -> None:
    """Wait until the form's fields have these values; then close it."""
    for label, value in values.items():
        expect(form.get_by_label(label)).to_have_value(value)
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_have_count(0)


def _use_shortcut_on(said: Locator) -> None:
    said.get_by_role("button", name=re.compile("^More actions")).click()
    said.page.get_by_role("menuitem", name="Start a recording").click()


def _fits(page: Page) -> None:
    """Fail if axe finds a serious fault, or if the page is wider than its window."""
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@SIZES
def test_the_form_says_all_that_is_wrong_and_starts_what_is_right(
    open_page: Open, system: System, room: str, size: dict[str, int]
) -> None:
    """The errors stand at their fields at once, and the chosen channel gets the recording; shortcuts open it too."""
    page = open_page(viewport=size, reduced_motion="reduce")
    send(page, "/record ")
    form = _form(page)
    expect(form.get_by_label("Channel")).to_have_value(CLASS_RECORDINGS.channel_id)
    _fits(page)
    wrong = {"Room": "my lobby", "Users": ",", "Idle time": "2s", "Length": "1", "End at": "25:00", "Start in": "x"}
    wrong |= {"Recording rule": "a/b", "Start at": "x", "Push to": "http://example.com/s3cret"}
    for label, text in wrong.items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button", name="Start", exact=True).click()
    errors = form.locator(".field-error:not(:empty)")
    expect(errors).to_have_count(len(wrong))
    expect(form.get_by_label("Room")).to_be_focused()
    for label in wrong:
        expect(form.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    _fits(page)
    right = dict.fromkeys(wrong, "") | {"Room": room, "Users": "user001", "Idle time": "10m", "Length": "90m"}
    for label, text in right.items():
        form.get_by_label(label).fill(text)
    form.get_by_label("Quality").select_option(label="HD, 640x360")
    form.get_by_label("Sound").select_option(label="Without sound")
    form.get_by_label("Channel").select_option(label="# general")
    form.get_by_role("button", name="Start", exact=True).click()
    expect(form).to_have_count(0)
    expect(message(page, room)).to_have_count(0)
    go_to(page, "general")
    accepted = page.locator(".ephemeral", has_text=f"room {room}")
    expect(accepted).to_contain_text("Asking RTC to record")
    expect(message(page, f"🔴 Recording user001 in room {room}", "HD")).to_be_visible()
    go_to(page, "class-recordings")
    page.get_by_role("button", name="Shortcuts", exact=True).click()
    page.get_by_role("menuitem", name="Start a recording").click()
    _begins_with(form, Room="", Channel="")
    said, replied = f"{room} user003 sd please", f"{room} user004 screen"
    about = system.slack.chat.post(CLASS_RECORDINGS, ANN.user_id, Content(said), "web_api")
    system.slack.chat.post(CLASS_RECORDINGS, ANN.user_id, Content(replied), "web_api", thread_ts=about.ts)
    _use_shortcut_on(page.locator(".message", has_text=said))
    _begins_with(form, Room=room, Users="user003", Quality="sd", Channel=CLASS_RECORDINGS.channel_id)
    page.get_by_role("button", name=f"to {said}").click()
    _use_shortcut_on(page.locator(".thread .message", has_text=replied))
    _begins_with(form, Room=room, Users="user004", Picture="screen")


@SIZES
def test_the_home_tab_shows_stops_and_starts(open_page: Open, room: str, size: dict[str, int]) -> None:
    """What one starts appears in it, Stop takes it away, and Start one opens the form, for no channel."""
    page = open_page(viewport=size, reduced_motion="reduce")
    become(page, "ben")  # of ann's, other tests leave more than have a button each
    go_to(page, "recordbot home")
    home = page.get_by_role("region", name="Home")
    expect(home.get_by_role("button", name="Start one")).to_be_visible()
    expect(home).to_contain_text("/record stop")
    go_to(page, "class-recordings")
    send(page, f"/record room {room} user001")
    expect(message(page, f"Recording user001 in room {room}")).to_be_visible()
    go_to(page, "recordbot home")
    stop = home.get_by_role("button", name=f"Stop user001 in room {room}")
    expect(stop).to_be_visible()
    _fits(page)
    stop.click()
    expect(stop).to_have_count(0)
    home.get_by_role("button", name="Start one").click()
    _begins_with(_form(page), Room="", Channel="")
    go_to(page, "class-recordings")
    expect(message(page, f"Recorded user001 in room {room}")).to_be_visible()
