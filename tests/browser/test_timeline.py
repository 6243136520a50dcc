"""The panel of an order: its steps, its tabs and its address."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from local.rtc.faults import Fault as RtcFault
from local.system import System
from shared.log_events import LogEvent
from tests.browser.conftest import Open
from tests.browser.conversation import message, send, station

TABS = ("Request in", "Door", "Queue", "Recorder", "RTC", "Reply", "Ledger", "Logs")


def _record(page: Page, room: str) -> None:
    send(page, f"/record room {room} user001")
    expect(message(page, "Recording user001", room)).to_have_count(1)


def test_a_message_leads_to_its_order(page: Page, room: str) -> None:
    """From an answer one gets to its steps, each with its time, and to what was sent at each of them."""
    _record(page, room)
    message(page, "Recording user001", room).get_by_role("button", name="What happened").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_focused()
    steps = page.locator(".waterfall")
    for title in (
        "The door verifies",
        "The order waits on the queue",
        "RTC is asked to start",
        "goes out by chat.postMessage",
    ):
        expect(steps.get_by_text(title)).to_be_visible()
    panel = page.get_by_role("tabpanel")
    texts = (
        "POST /slack",
        "The signature is valid",
        room,
        LogEvent.CALLING_RTC,
        "SDK-HMAC-SHA256",
        "chat.postMessage",
        "ORDER#",
        LogEvent.ORDER_PLACED,
    )
    for tab, text in zip(TABS, texts, strict=True):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(panel).to_contain_text(text)


def test_a_station_shows_what_it_promises(page: Page, room: str) -> None:
    """A click on a station opens its own tab: what it is, and what happened there."""
    _record(page, room)
    for name, tab, *texts in (
        ("Slack", "Request in", "what a person types", "x-slack-signature"),
        ("Door", "Door", "checks the signature", "The door’s answer: 200", LogEvent.ORDER_PLACED),
        ("Queue", "Queue", "Amazon SQS", "receive 1"),
        ("Recorder", "Recorder", "asks RTC to record", LogEvent.STARTED),
        ("RTC", "RTC", "Huawei Cloud", "HTTP 201", "POST /v2/apps/"),
        ("Reply", "Reply", "read in the channel", "Slack’s answer: HTTP 200", f"room {room}"),
    ):
        station(page, name).click()
        expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
        for text in texts:
            expect(page.get_by_role("tabpanel")).to_contain_text(text)
    expect(page.get_by_role("tabpanel")).not_to_contain_text("xoxb-1")


def test_details_open_at_what_failed(page: Page, system: System, room: str) -> None:
    """Of three starts one is refused: the order's details open at RTC, and only that call is unfolded."""
    system.rtc.misbehave(RtcFault(status=400, error_code="RTC.00001007"), operation="start")  # type: ignore[union-attr] # no real RTC
    send(page, f"/record room {room} user001,user002,user003")
    told = message(page, "user001", room, "JobExceed")
    told.get_by_role("button", name="What happened").click()
    expect(page.get_by_role("tab", name="RTC", exact=True)).to_have_attribute("aria-selected", "true")
    calls = page.get_by_role("tabpanel").locator("details")
    expect(calls.filter(has_text="HTTP 400")).to_have_attribute("open", "")
    expect(calls.filter(has_text="HTTP 201").first).not_to_have_attribute("open", "")


STEPS = [
    {"station": "door", "title": "Door", "offset": 0, "ms": 40, "state": "ok", "note": "", "check": 0},
    {"station": "queue", "title": "Queue", "offset": 40, "ms": 20, "state": "ok", "note": "", "check": 0},
    {"station": "recorder", "title": "Recorder", "offset": 60, "ms": 100, "state": "ok", "note": "", "check": 0},
    {"station": "queue", "title": "Wait", "offset": 160, "ms": 60_000, "state": "ok", "note": "", "check": 0},
    {"station": "recorder", "title": "Again", "offset": 60_160, "ms": 40, "state": "ok", "note": "", "check": 0},
]
WIDTHS = """async (steps) => {
  const { waterfall } = await import("/page/waterfall.js");
  const made = waterfall(steps);
  const widths = [...made.querySelectorAll(".bar")].map((it) => Number(it.style.getPropertyValue("--long")));
  return [made.querySelector(".scale").textContent, widths];
}"""


def test_all_bars_have_one_scale(page: Page) -> None:
    """The same time has the same width in every bar, before and after a long wait, and the scale is said."""
    scale, widths = page.evaluate(WIDTHS, STEPS)
    assert widths == pytest.approx([0.2, 0.1, 0.5, 0.2])
    assert "One scale for all bars: the whole width is 200 ms" in scale
    assert "hatched and left out" in scale


def test_secrets_are_hidden(page: Page, room: str) -> None:
    """No tab shows a signature, a token, a response_url or an RTMP key."""
    send(page, f"/record room {room} user001 push=rtmp://live.example.com/app/stream-key")
    expect(message(page, "Recording user001", room)).to_have_count(1)
    station(page, "RTC").click()
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("curl -X POST")
    expect(panel).to_contain_text("Signature=[hidden]")
    for tab in TABS:
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(panel).not_to_contain_text("stream-key")
    page.get_by_role("tab", name="Request in").click()
    expect(panel).to_contain_text("v0=[hidden]")
    expect(panel).to_contain_text("/hooks/commands/[hidden]")
    assert "stream-key" not in page.content()


def test_the_tabs_are_walked_by_keyboard(page: Page, room: str) -> None:
    """Arrows move between the tabs, Home and End to the ends, Tab into what they show, Escape back to where one was."""
    _record(page, room)
    opener = page.get_by_role("button", name="Timeline")
    opener.focus()
    page.keyboard.press("Enter")
    first = page.get_by_role("tab", name="Request in")
    expect(page.get_by_role("tabpanel")).to_contain_text("The signature is valid")
    first.focus()
    for key, tab in (("ArrowRight", "Door"), ("End", "Logs"), ("ArrowRight", "Request in"), ("ArrowLeft", "Logs")):
        page.keyboard.press(key)
        expect(page.get_by_role("tab", name=tab, exact=True)).to_be_focused()
        expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_role("tabpanel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(opener).to_be_focused()


def test_an_order_has_an_address(page: Page, open_page: Open, room: str) -> None:
    """The address names the order: another page that is opened with it shows that order, whatever came later."""
    _record(page, room)
    message(page, "Recording user001", room).get_by_role("button", name="What happened").click()
    send(page, "/record help")
    other = open_page("/#" + page.url.partition("#")[2])
    expect(other).to_have_url(re.compile("#order=[0-9A-Z]{12}$"))
    expect(other.locator("#pick option:checked")).to_contain_text(room)


def test_an_order_can_be_taken_away(page: Page, room: str, tmp_path: Path) -> None:
    """The export has the command, its steps and all that the tabs show, as JSON."""
    _record(page, room)
    station(page, "Slack").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("The signature is valid")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export JSON").click()
    download.value.save_as(file := tmp_path / "order.json")
    document = json.loads(file.read_text())
    assert room in document["typed"]
    assert {"steps", "door", "order", "rtc", "ledger", "logs"} <= set(document)


def test_an_order_can_be_replayed(page: Page, room: str) -> None:
    """The replay is the same command once more, by the same person: it starts nothing new."""
    _record(page, room)
    station(page, "Slack").click()
    page.get_by_role("button", name="Replay").click()
    expect(message(page, "Already recording user001", room)).to_have_count(1)
