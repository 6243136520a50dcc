"""The page for people with a screen reader, with a keyboard, in dark mode and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from local.slack.chat import BOT, CLASS_RECORDINGS
from local.slack.content import Content
from local.system import System
from tests.browser.checker import serious_faults
from tests.browser.conftest import Open
from tests.browser.conversation import go_to, message, send, station

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    open_page: Open, system: System, room: str, size: dict[str, int], scheme: str
) -> None:
    """Chat, threads, webhook and each view of the panel, broken and whole: a checker finds no serious fault."""
    page = open_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    send(page, f"/record room {room} user001")
    expect(message(page, "user001", room, "job")).to_have_count(1)
    send(page, "/record room 1 user001 hdd")
    expect(message(page, "Nothing started").last).to_be_visible()
    about = system.slack.chat.post(CLASS_RECORDINGS, BOT, Content(f"About {room}"), "web_api")
    system.slack.chat.post(CLASS_RECORDINGS, BOT, Content(f"<@U0ANN>, {room}"), "web_api", thread_ts=about.ts)
    expect(page.locator(".thread .message", has_text=room)).to_be_visible()
    assert serious_faults(page) == []
    page.get_by_role("button", name="Break something").click()
    page.get_by_role("switch", name="Error 500", exact=True).check()
    expect(page.locator("#badge")).to_be_visible()
    assert serious_faults(page) == []
    for view in ("RTC’s jobs", "Timeline"):
        page.get_by_role("button", name=view).click()
        assert serious_faults(page) == []
    page.get_by_role("button", name="Events", exact=True).click()
    page.locator("summary", has_text=room).first.click()
    assert serious_faults(page) == []
    page.get_by_role("button", name="Timeline").click()
    for tab in ("RTC", "Reply"):
        page.get_by_role("tab", name=tab, exact=True).click()
        assert serious_faults(page) == []
    page.get_by_role("button", name="Close the panel").click()
    go_to(page, "webhook demo")
    box = page.get_by_role("textbox")
    box.fill(box.input_value().replace("100", f'"{room}"'))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".answer").last).to_contain_text("202")
    assert serious_faults(page) == []
    page.get_by_role("group", name="Examples").get_by_role("button", name="With a mistake").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".answer").last).to_contain_text("422")
    page.get_by_role("button", name="What happened").last.click()
    page.get_by_role("tab", name="Request in").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("The signature is valid")
    assert serious_faults(page) == []


def test_news_is_read_out(page: Page) -> None:
    """Messages are a live region; each part of the strip says in words how it stands."""
    expect(page.get_by_role("log", name="Messages")).to_have_attribute("aria-live", "polite")
    send(page, "/record help")
    expect(station(page, "Door")).to_have_accessible_name(re.compile("Door.*done"))


def test_focus_goes_in_the_order_of_the_page(page: Page) -> None:
    """From the top, Tab passes the panel's buttons, strip, people, conversations, messages, examples, input."""
    page.locator("body").press("Tab")
    page.evaluate("document.activeElement.blur()")
    seen: list[str] = []
    for _ in range(400):  # each message has a button
        page.keyboard.press("Tab")
        place = page.evaluate(
            "(document.activeElement.closest('.views, .strip, .people, .channels, .messages, .chips, .box')"
            " ?? document.body).className.split(' ')[0]"
        )
        if place and (not seen or seen[-1] != place):
            seen.append(place)
        if place == "box":
            break
    wanted = ["views", "strip", "people", "channels", "messages", "chips", "box"]
    start = seen.index("views")
    assert seen[start : start + len(wanted)] == wanted


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_visible(open_page: Open, scheme: str) -> None:
    """Whatever has the focus on the way of Tab has an outline, or its box has."""
    page = open_page(color_scheme=scheme)
    page.get_by_role("button", name="Break something").click()
    page.locator("body").press("Tab")
    shown = """() => {
      const it = document.activeElement;
      const box = it.closest(".box") ?? it;
      const hasOutline = getComputedStyle(it).outlineStyle !== "none";
      return it === document.body || hasOutline || getComputedStyle(box).boxShadow !== "none";
    }"""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(shown), page.evaluate("document.activeElement.outerHTML")


def test_nothing_moves_for_who_wants_no_motion(open_page: Open) -> None:
    """With reduced motion neither the panel nor a station has an animation."""
    page = open_page(viewport=PHONE, reduced_motion="reduce")
    page.get_by_role("button", name="Timeline").click()
    expect(page.locator("#panel")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0


def test_a_phone_has_the_panel_as_a_sheet(open_page: Open, room: str) -> None:
    """On a phone nothing is wider than the screen, and the panel comes from below over the chat and goes again."""
    page = open_page(viewport=PHONE)
    send(page, f"/record room {room} user001")
    expect(message(page, "user001", room, "job")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    message(page, "user001", room, "job").get_by_role("button", name="What happened").click()
    expect(page.locator(".waterfall")).to_be_visible()
    box = page.locator("#panel").bounding_box()
    assert box is not None
    assert box["width"] == PHONE["width"]
    assert box["y"] > 0
    page.get_by_role("button", name="Close the panel").click()
    expect(page.locator("#panel")).to_be_hidden()


def test_a_phone_has_the_webhook(open_page: Open, room: str) -> None:
    """On a phone an event can be sent and read as well, and nothing is wider than the screen."""
    page = open_page(viewport=PHONE)
    go_to(page, "webhook demo")
    box = page.get_by_role("textbox")
    box.fill(box.input_value().replace("100", f'"{room}"'))
    page.get_by_role("button", name="Send", exact=True).click()
    row = page.locator(".message", has_text=room)
    expect(row).to_contain_text("started")
    expect(row).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_light_and_dark_follow_the_reader(open_page: Open) -> None:
    """The page is light or dark as the reader's machine is."""
    shades = [
        open_page(color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert shades[0] != shades[1]
