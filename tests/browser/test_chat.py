"""The conversation keeps its end in view, at every width and with every panel; its buttons are one stop of Tab."""

import itertools
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from local.slack.chat import BEN, CLASS_RECORDINGS
from local.slack.content import Content
from local.system import System
from tests.browser.conftest import Open
from tests.browser.conversation import go_to, message, send

SIZES = {
    "1440": (1440, 900),
    "1024": (1024, 768),
    "768": (768, 1024),
    "phone": (390, 844),
    "zoom-200": (640, 400),
    "zoom-400": (320, 200),
}
every_size = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
_said = itertools.count(1)


def _say_by_ben(system: System, times: int = 1) -> str:
    """Let ben say so many things in the channel, and return the last one."""
    text = ""
    for _ in range(times):
        text = f"ben says number {next(_said)}."
        system.slack.chat.post(CLASS_RECORDINGS, BEN.user_id, Content(text), "slack")
    return text


def _open(open_page: Open, system: System, size: tuple[int, int]) -> tuple[Page, str]:
    """Open the page on a conversation that is longer than the window, and return the last text."""
    last = _say_by_ben(system, 30)
    page = open_page(viewport={"width": size[0], "height": size[1]})
    expect(page.get_by_text(last, exact=True)).to_be_attached()
    return page, last


def _latest(page: Page) -> Locator:
    return page.get_by_role("button", name="Latest")


def _scroll_up(page: Page) -> None:
    page.locator("#log").evaluate("it => { it.scrollTop = -it.scrollHeight / 2; }")
    expect(_latest(page)).to_be_attached()
    expect(_latest(page)).not_to_have_attribute("hidden", "")


def _is_at_end(page: Page) -> bool:
    return bool(page.locator("#log").evaluate("it => Math.abs(it.scrollTop) < 2"))


@every_size
def test_what_one_sends_comes_into_view(open_page: Open, system: System, size: tuple[int, int]) -> None:
    """Who has scrolled up and sends something sees it, and the input as well."""
    page, _ = _open(open_page, system, size)
    _scroll_up(page)
    text = f"sent at {size}, {next(_said)}"
    send(page, text)
    expect(page.get_by_text(text, exact=True)).to_be_in_viewport()
    expect(page.get_by_role("textbox")).to_be_in_viewport()
    expect(_latest(page)).to_be_hidden()


@every_size
def test_a_panel_leaves_the_end_in_view(open_page: Open, system: System, size: tuple[int, int]) -> None:
    """Beside a panel, and after it, the conversation is at its end; nothing is wider than the window."""
    page, last = _open(open_page, system, size)
    for view in ("Break something", "Timeline", "RTC’s jobs"):
        page.get_by_role("button", name=view).click()
        expect(page.locator("#panel")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        if size[0] > 760:
            expect(page.get_by_text(last, exact=True)).to_be_in_viewport()
    last = _say_by_ben(system)
    expect(page.get_by_text(last, exact=True)).to_be_attached()
    page.get_by_role("button", name="Close the panel").click()
    expect(page.locator("#panel")).to_be_hidden()
    assert _is_at_end(page)
    page.get_by_role("textbox").focus()
    expect(page.get_by_text(last, exact=True)).to_be_in_viewport()


def test_a_reader_who_scrolled_up_stays_there_and_has_a_way_back(open_page: Open, system: System) -> None:
    """News does not move what one reads; "Latest" leads back to the end, where the next news is in view."""
    page, _ = _open(open_page, system, SIZES["1024"])
    _scroll_up(page)
    place = "document.elementFromPoint(500, 400).closest('.message').dataset.key"
    read = page.evaluate(place)
    last = _say_by_ben(system)
    expect(page.get_by_text(last, exact=True)).to_be_attached()
    expect(page.get_by_text(last, exact=True)).not_to_be_in_viewport()
    assert page.evaluate(place) == read
    _latest(page).click()
    expect(page.get_by_text(last, exact=True)).to_be_in_viewport()
    expect(_latest(page)).to_be_hidden()
    expect(page.locator("#log")).to_be_focused()
    expect(page.get_by_text(_say_by_ben(system), exact=True)).to_be_in_viewport()


def test_a_button_that_goes_leaves_the_focus_in_the_messages(page: Page) -> None:
    """Who has come to "Latest" with the Tab key, and scrolls down, does not begin again at the top of the page."""
    go_to(page, "general")
    _help(page, 3)
    log = page.locator("#log")
    log.evaluate("it => { it.scrollTop = -300; }")
    _latest(page).focus()
    expect(_latest(page)).to_be_focused()
    log.evaluate("it => { it.scrollTop = 0; }")
    expect(log).to_be_focused()


def _help(page: Page, times: int) -> None:
    for number in range(times):
        before = message(page, "/record").count()
        send(page, "/record help")
        expect(message(page, "/record")).to_have_count(before + 1)
        assert number < times


def test_tab_passes_the_messages_in_one_stop(page: Page) -> None:
    """Tab goes from the messages to the newest button, and on to the examples; the end stays in view meanwhile.

    Arrow keys, Home and End move between the buttons, and each button has a name of its own.
    """
    go_to(page, "general")
    _help(page, 3)
    buttons = page.locator("#messages").get_by_role("button")
    count = buttons.count()
    assert count >= 3
    page.locator("#log").focus()
    page.keyboard.press("Tab")
    expect(buttons.last).to_be_focused()
    assert _is_at_end(page)
    page.keyboard.press("ArrowUp")
    expect(buttons.nth(count - 2)).to_be_focused()
    page.keyboard.press("Home")
    expect(buttons.first).to_be_focused()
    page.keyboard.press("End")
    expect(buttons.last).to_be_focused()
    expect(_latest(page)).to_be_hidden()  # the browser says a moment later that it has scrolled
    page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="Examples").get_by_role("button").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(buttons.last).to_be_focused()
    assert _is_at_end(page)
    names = buttons.evaluate_all("all => all.map((it) => it.textContent)")
    assert len(set(names)) == len(names)


def test_the_focus_stays_on_a_message_that_changes(page: Page, room: str) -> None:
    """A message that is edited while its button has the focus keeps it."""
    send(page, f"/record room {room} user001")
    row = message(page, "user001", room, "job")
    row.get_by_role("button", name="What happened").focus()
    expect(row).to_contain_text("Recording user001")
    expect(row.get_by_role("button", name="What happened")).to_be_focused()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["1440", "phone"])
def test_a_newcomer_reads_what_is_what(open_page: Open, size: tuple[int, int]) -> None:
    """A conversation begins with what each station is, and what is simulated here, above what was typed already."""
    page = open_page(viewport={"width": size[0], "height": size[1]})
    go_to(page, "staff-room")
    expect(page.locator("#promise")).to_contain_text("Slack, RTC and AWS are simulated")
    beginning = page.locator("#beginning")
    for name, words in {
        "Slack": "simulated",
        "Door": "Lambda function",
        "Queue": "Amazon SQS",
        "Recorder": "asks RTC to record",
        "RTC": "Huawei Cloud’s service for video rooms",
        "Reply": "read in the channel",
    }.items():
        row = beginning.locator("dl > div").filter(has=page.locator("dt", has_text=name)).first
        expect(row).to_contain_text(words)
    beginning.get_by_role("heading").scroll_into_view_if_needed()
    expect(beginning.get_by_role("heading")).to_be_in_viewport()


HEARS = """
window.heard = [];
window.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => window.heard.push(data));
  }
};
"""
"""Lets the page's news be waited for, also while nothing is drawn."""


def test_a_click_counts_though_its_message_is_drawn_anew(open_page: Open, room: str) -> None:
    """A message may change between the press of a button and its release: the button does what it says."""
    page = open_page()
    page.context.add_init_script(HEARS)
    page.reload()
    send(page, f"/record room {room} user001")
    recording = message(page, f"Recording user001 in room {room}")
    expect(recording).to_have_count(1)
    recording.get_by_role("button", name=re.compile(r"^Details\b")).hover()
    page.mouse.down()
    other = open_page()
    send(other, f"/record stop {room} user001")
    page.wait_for_function(
        "text => window.heard?.some((it) => it.includes(text))", arg=f"Recorded user001 in room {room}"
    )
    page.mouse.up()
    expect(page.locator(".ephemeral", has_text=room).last).to_contain_text("request")
    expect(message(page, f"Recorded user001 in room {room}")).to_have_count(1)
