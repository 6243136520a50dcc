"""Another system's events: sent from the page or from anywhere, and seen like commands."""

import json
import re

from playwright.sync_api import Page, expect

from local.system import System
from tests.browser.conftest import Open
from tests.browser.conversation import go_to, message, station
from tests.webhook_sender import Sender, start

WEBHOOK = "webhook demo"


def _write(page: Page, room: str, example: str = "Start") -> None:
    """Take an example, and put that room into it."""
    page.get_by_role("group", name="Examples").get_by_role("button", name=example, exact=True).click()
    box = page.get_by_role("textbox")
    box.fill(box.input_value().replace("100", f'"{room}"'))


def _send(page: Page, room: str, example: str = "Start") -> None:
    _write(page, room, example)
    page.keyboard.press("Control+Enter")


def test_an_event_is_sent_and_its_way_seen(page: Page, room: str) -> None:
    """The webhook's place has an event ready; sent, it lights the strip, and says what it was answered and came to."""
    go_to(page, WEBHOOK)
    expect(page.get_by_role("textbox")).to_be_focused()
    _send(page, room)
    row = page.locator(".message", has_text=room)
    expect(row).to_contain_text("202 order")
    expect(row).to_contain_text(re.compile(r"job \d+ started"))
    for name in ("Caller", "Door", "Queue", "Recorder", "RTC", "Reply"):
        expect(station(page, name)).to_have_attribute("data-state", "ok")


def test_a_stop_ends_what_a_start_began(page: Page, room: str) -> None:
    """Stop is one click and Enter as well; RTC's part of it is under the same tabs."""
    go_to(page, WEBHOOK)
    _send(page, room)
    expect(page.locator(".message", has_text=room)).to_contain_text("started")
    _send(page, room, "Stop")
    row = page.locator(".message", has_text=f"recording.stop room {room}")
    expect(row).to_contain_text(re.compile(r"job \d+ stopped"))
    row.get_by_role("button", name="What happened").click()
    expect(page.locator(".waterfall").get_by_text("RTC is asked to stop").last).to_be_visible()
    page.get_by_role("tab", name="RTC", exact=True).click()
    page.get_by_role("tabpanel").get_by_text("RTC is asked to stop").last.click()
    expect(page.get_by_role("tabpanel")).to_contain_text("DELETE /v2/apps/")


def test_a_channel_is_told(page: Page, room: str) -> None:
    """With notify the channel reads the outcome, and from there one gets to the event."""
    go_to(page, WEBHOOK)
    _send(page, room, "Start, and post to Slack")
    expect(page.get_by_role("button", name="Channel class-recordings, new messages")).to_be_visible()
    go_to(page, "class-recordings")
    told = message(page, "user001", room, "job")
    expect(told).to_have_count(1)
    told.get_by_role("button", name="What happened").click()
    expect(page.locator("#pick option:checked")).to_contain_text(f"webhook demo: recording.start room {room}")


def test_what_needs_no_order_is_answered_at_once(page: Page, room: str) -> None:
    """A dry run and a ping are answered by the door, and nothing is on the queue."""
    go_to(page, WEBHOOK)
    _send(page, room, "Dry run")
    expect(page.locator(".message", has_text=room)).to_contain_text("200 RTC would be sent 1 request")
    _send(page, room, "Ping")
    expect(page.locator(".message").last).to_contain_text("200 you are demo")
    expect(station(page, "Reply")).to_have_attribute("data-state", "ok")
    expect(station(page, "Queue")).to_have_attribute("data-state", "idle")


def test_a_mistake_is_refused_at_the_door(page: Page, room: str) -> None:
    """A wrong field is named with its place; the door is red, and the problem is under the tabs."""
    go_to(page, WEBHOOK)
    _send(page, room, "With a mistake")
    row = page.locator(".message", has_text=room)
    expect(row).to_contain_text("422")
    expect(row).to_contain_text("/data/select_stream_type")
    expect(station(page, "Door")).to_have_attribute("data-state", "failed")
    station(page, "Door").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("application/problem+json")
    page.get_by_role("textbox").fill("no JSON")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message").last).to_contain_text("400")


def test_sent_again_it_starts_nothing(page: Page, room: str) -> None:
    """The same webhook-id again is the same order, and goes no further than the door."""
    go_to(page, WEBHOOK)
    _send(page, room)
    rows = page.locator(".message", has_text=room)
    expect(rows).to_contain_text("started")
    order = re.search(r"202 order (\w+)", rows.inner_text())
    rows.get_by_role("button", name="Send again").click()
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text(order[0] if order else "an order")
    rows.last.get_by_role("button", name="What happened").click()
    expect(page.locator(".waterfall")).to_contain_text("known already")
    expect(page.locator(".waterfall li")).to_have_count(3)
    page.get_by_role("button", name="Send again").first.focus()
    page.locator("#panel").get_by_role("button", name="Send again").click()
    expect(rows).to_have_count(3)


def test_any_system_s_event_is_seen(page: Page, system: System, room: str) -> None:
    """What comes from elsewhere is news in the sidebar, and refused where its signature does not fit."""
    [caller] = system.callers
    Sender(system.hook_url(caller), caller.key).send(start(room))
    expect(page.get_by_role("button", name=f"{WEBHOOK}, new messages")).to_be_visible()
    stranger = Sender(system.hook_url(caller).replace("demo", "stranger"), caller.key)
    stranger.send(start(f"{room}-strange"))
    go_to(page, WEBHOOK)
    expect(page.locator(".message", has_text="demo").filter(has_text=f"room {room} ")).to_contain_text("started")
    refused = page.locator(".message", has_text=f"{room}-strange")
    expect(refused).to_contain_text("stranger")
    expect(refused).to_contain_text("401")
    expect(refused.get_by_role("button", name="Send again")).to_have_count(0)
    refused.get_by_role("button", name="What happened").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("The door did not accept the signature")
    expect(page.locator("#panel").get_by_role("button", name="Send again")).to_be_hidden()


def test_neither_the_key_nor_the_link_is_shown(page: Page, system: System, room: str) -> None:
    """The caller's key never comes to the page; signatures and the status link's are hidden under every tab."""
    bodies: list[str] = []
    page.on("response", lambda it: bodies.append(it.text()) if "/api/commands/" in it.url else None)
    go_to(page, WEBHOOK)
    _send(page, room)
    row = page.locator(".message", has_text=room)
    expect(row).to_contain_text("started")
    row.get_by_role("button", name="What happened").click()
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("webhook-signature: v1,[hidden]")
    page.get_by_role("tab", name="Door", exact=True).click()
    expect(panel).to_contain_text("signature=[hidden]")
    [caller] = system.callers
    assert bodies
    assert not any(caller.key in body for body in [*bodies, page.content()])


def test_an_event_can_be_taken_away(page: Page, room: str) -> None:
    """The export of an event has all that the page shows of it."""
    go_to(page, WEBHOOK)
    _send(page, room)
    expect(page.locator(".message", has_text=room)).to_contain_text("started")
    station(page, "Caller").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("The signature is valid")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export JSON").click()
    document = json.loads(download.value.path().read_text())
    assert document["event"]["caller"] == "demo"
    assert json.loads(document["door"]["request"]["body"])["data"]["room_id"] == room


def test_the_webhook_is_nobody_s_own(page: Page, open_page: Open, room: str) -> None:
    """Who one is makes no difference to the webhook; what was typed elsewhere is still there on the way back."""
    page.get_by_role("textbox").fill("half a sent")
    go_to(page, WEBHOOK)
    _send(page, room)
    expect(page.locator(".message", has_text=room)).to_have_count(1)
    page.get_by_role("group", name="You are").get_by_role("button", name="ben").click()
    expect(page.locator(".message", has_text=room)).to_have_count(1)
    go_to(page, "general")
    expect(page.get_by_role("textbox")).to_have_value("half a sent")
    other = open_page()
    go_to(other, WEBHOOK)
    expect(other.locator(".message", has_text=room)).to_have_count(1)
