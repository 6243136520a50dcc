"""A recording's file, from the command to a picture that moves, on the page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conversation import message, send


def test_a_recording_leads_to_a_file_that_plays(page: Page, room: str) -> None:
    """Started and stopped by commands; RTC calls back. The list of jobs plays the file, whatever else is recorded."""
    send(page, f"/record room {room} user001")
    expect(message(page, "Recording user001", room)).to_have_count(1)
    send(page, f"/record stop {room} user001")
    expect(message(page, "Recorded user001", room)).to_have_count(1)
    page.get_by_role("button", name=re.compile(rf"1 reply\s+to .*{room}")).click()
    expect(message(page, f"_{room}_user001_", "in bucket recordings")).to_be_visible()
    page.get_by_role("button", name="RTC’s jobs").click()
    video = page.locator(f'video[title*="_{room}_"]')
    expect(video).to_have_count(1)
    _play(page, video)
    playing = video.element_handle()
    send(page, f"/record room {room} user002")
    expect(page.get_by_role("row", name=f"{room} user002").first).to_be_visible()
    assert playing is not None
    assert playing.evaluate("it => it.isConnected && (it.ended || !it.paused)")


def test_the_page_shows_the_events_for_other_systems(page: Page, room: str) -> None:
    """Each as the event bus had it, the newest first; the keyboard opens it, and it stays open when others come."""
    page.get_by_role("button", name="Events", exact=True).click()
    panel = page.get_by_role("complementary", name="What happened underneath")
    send(page, f"/record room {room} user001")
    started = panel.locator("summary", has_text=room).filter(has_text="recording.started")
    expect(started).to_have_count(1)
    started.press("Enter")
    detail = panel.get_by_role("group", name="The event’s detail").filter(has_text=room)
    expect(detail).to_contain_text('"stream_name": "s_')
    send(page, f"/record stop {room} user001")
    expect(panel.locator("summary", has_text=room)).to_contain_text(
        ["recording.file", "recording.ended", "recording.running", "recording.started"]
    )
    expect(detail).to_be_visible()


def test_a_link_opens_the_file_for_who_asked(page: Page, room: str) -> None:
    """Signed for ten minutes, and served by the stand-in of OBS under the bucket's own name."""
    send(page, f"/record room {room} user001")
    expect(message(page, "Recording user001", room)).to_have_count(1)
    send(page, f"/record stop {room} user001")
    expect(page.get_by_role("button", name=re.compile(rf"1 reply\s+to .*{room}"))).to_have_count(1)
    send(page, "/record file")
    link = message(page, f"of user001 in room {room}", "Only visible to you").get_by_role("link", name=".mp4")
    expect(link).to_have_count(1)
    opened = page.context.new_page()
    opened.goto(link.get_attribute("href") or "")
    _play(opened, opened.locator("video"))


def _play(page: Page, video: Locator) -> None:
    video.evaluate("it => { it.muted = true; return it.play(); }")
    page.wait_for_function("it => it.currentTime > 0.5 && it.videoWidth > 0", arg=video.element_handle())
