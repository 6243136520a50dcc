"""The bot's buttons and menus, played on the page by a person."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checker import serious_faults
from tests.browser.conftest import Open
from tests.browser.conversation import become, message, send, station
from tests.browser.test_access import DESKTOP, PHONE


def _press(page: Page, button: str, *texts: str) -> None:
    message(page, *texts).last.get_by_role("button", name=re.compile(f"^{button}\\b")).click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_recording_is_run_shown_stopped_and_started_again_by_its_buttons(
    open_page: Open, room: str, size: dict[str, int]
) -> None:
    """What a slip offers is run with one click; Details is for who asks; another person's Stop asks first."""
    page = open_page(viewport=size, reduced_motion="reduce")
    send(page, f"/record room {room} user001 hdd")
    _press(page, "Run it", "Nothing started", room)
    expect(message(page, "Nothing started", room)).to_have_count(0)  # the answer took its place
    running = message(page, f"Recording user001 in room {room}")
    expect(running).to_have_count(1)
    expect(page.locator(".typed", has_text="clicked [Run it]").last).to_be_visible()
    expect(station(page, "RTC")).to_have_accessible_name(re.compile("done"))
    _press(page, "Details", f"Recording user001 in room {room}")
    expect(page.locator(".ephemeral", has_text=room).last).to_contain_text("request")
    assert serious_faults(page) == []
    become(page, "ben")
    _press(page, "Stop", f"Recording user001 in room {room}")
    asked = page.locator(".ephemeral", has_text=room).last
    asked.get_by_role("button", name="Stop it").click()
    ended = message(page, "Recorded user001", room)
    expect(ended).to_have_count(1)
    expect(ended.get_by_role("button", name=re.compile("^Stop"))).to_have_count(0)
    become(page, "ann")
    _press(page, "Record again", "Recorded user001", room)
    expect(message(page, f"Recording user001 in room {room}")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_several_are_stopped_from_a_menu_and_from_a_list(page: Page, room: str) -> None:
    """The menu names the users; a row of a list stops its own."""
    become(page, "ben")  # of ann's, other tests leave more than have a button each
    send(page, f"/record room {room} user001,user002,user003")
    several = page.locator(".message:not(.ephemeral)", has=page.locator(".app")).filter(has_text=room).last
    expect(several).to_contain_text("Recording user003")
    several.get_by_role("combobox").select_option(label="user002")
    expect(several).to_contain_text("Recorded user002")
    send(page, "/record list mine")
    listed = page.locator(".ephemeral", has_text="recordings").last
    listed.get_by_role("button", name=f"Stop user003 in room {room}").click()
    expect(several.get_by_role("option", name="user003")).to_have_count(0)
