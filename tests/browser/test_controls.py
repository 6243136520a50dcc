"""The bot's buttons and menus, played on the page by a person."""

import re

import pytest
from playwright.sync_api import Page, expect

from local.rtc.faults import Fault
from local.system import System
from tests.browser.checker import serious_faults
from tests.browser.conftest import Open
from tests.browser.conversation import become, message, send, station
from tests.browser.test_access import DESKTOP, PHONE
from tests.e2e.conftest import Deployment
from tests.e2e.minutes import pass_minutes

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
NO_ANSWER = Fault(status=502)
FAILED = Fault(status=500, error_code="RTC.00002000")


def _press(page: Page, button: str, *texts: str) -> None:
    message(page, *texts).last.get_by_role("button", name=re.compile(f"^{button}\\b")).click()


def _fits(page: Page) -> None:
    """Fail if axe finds a serious fault, or if the page is wider than its window."""
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@SIZES
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
    _fits(page)


def test_several_are_stopped_from_a_menu_and_from_a_list(page: Page, room: str) -> None:
    """The menu names the users; a row of a list stops its own."""
    become(page, "ben")  # of ann's, other tests leave more than have a button each
    send(page, f"/record room {room} user001,user002,user003")
    several = page.locator(".message:not(.ephemeral)", has=page.locator(".app")).filter(has_text=room).first
    expect(several).to_contain_text("Recording user003")
    several.get_by_role("combobox").select_option(label="user002")
    expect(several).to_contain_text("Recorded user002")
    send(page, "/record list mine")
    listed = page.locator(".ephemeral", has_text="recordings").last
    listed.get_by_role("button", name=f"Stop user003 in room {room}").click()
    expect(several.get_by_role("option", name="user003")).to_have_count(0)


@SIZES
def test_an_unknown_outcome_is_released_or_tried_again(
    open_page: Open, system: System, room: str, size: dict[str, int]
) -> None:
    """Its message offers both, says that nobody knows, and lets it be recorded again afterwards."""
    page = open_page(viewport=size, reduced_motion="reduce")
    assert system.rtc is not None
    for user, button in (("user001", "Release"), ("user002", "Try again")):
        system.rtc.misbehave(NO_ANSWER, operation="start")
        send(page, f"/record room {room} {user}")
        unknown = f"{user} in room {room} may or may not be recording"
        expect(message(page, unknown)).to_have_count(1)
        _fits(page)
        _press(page, button, unknown)
        over = message(page, f"{user} in room {room} may have been recorded")
        expect(over.get_by_role("button", name=re.compile("^Record again"))).to_be_visible()
        expect(message(page, unknown)).to_have_count(0)
    expect(message(page, f"Recording user002 in room {room}")).to_have_count(1)
    assert [job.parameters.user_id for job in system.rtc.jobs() if job.parameters.room_id == room] == ["user002"]


@SIZES
def test_what_waits_for_rtc_is_given_up(open_page: Open, system: System, room: str, size: dict[str, int]) -> None:
    """Another person may, and the message says who it was. Then it can be tried again."""
    page = open_page(viewport=size, reduced_motion="reduce")
    assert system.rtc is not None
    system.rtc.misbehave(FAILED, operation="start", times=None)
    send(page, f"/record room {room} user001")
    become(page, "ben")
    expect(message(page, f"Not started yet: user001 in room {room}")).to_have_count(1)
    _fits(page)
    _press(page, "Give up", f"Not started yet: user001 in room {room}")
    given_up = message(page, f"Not recorded: user001 in room {room}")
    expect(given_up).to_contain_text("@ben gave it up. Nothing was started.")
    expect(given_up.get_by_role("button", name=re.compile("^Give up"))).to_have_count(0)
    system.rtc.behave()
    _press(page, "Try again", f"Not recorded: user001 in room {room}")
    expect(message(page, f"Recording user001 in room {room}")).to_have_count(1)


@SIZES
def test_who_asks_for_what_is_recorded_already_may_look_at_it_and_stop_it(
    open_page: Open, room: str, size: dict[str, int]
) -> None:
    """Its details are those of the recording that runs; to stop somebody else's is asked first."""
    page = open_page(viewport=size, reduced_motion="reduce")
    send(page, f"/record room {room} user001")
    expect(message(page, f"Recording user001 in room {room}")).to_have_count(1)
    become(page, "ben")
    send(page, f"/record room {room} user001")
    already = f"Already recording user001 in room {room}"
    expect(message(page, already, "Only visible to you")).to_have_count(1)
    _fits(page)
    _press(page, "Details", already)
    expect(message(page, "What RTC says of the job", f"room_id: {room}")).to_have_count(1)
    _press(page, "Stop", already)
    _press(page, "Stop it", f"Nothing stopped yet: user001 in room {room}")
    expect(message(page, f"Recorded user001 in room {room}", "stopped by @ben")).to_have_count(1)
    expect(page.get_by_role("button", name="What happened · after -")).to_have_count(0)  # the answer replaced a message


@SIZES
def test_a_reminder_keeps_a_recording_on_or_stops_it(
    open_page: Open, system: System, room: str, size: dict[str, int]
) -> None:
    """The thread asks who started it; what is used up loses its buttons."""
    page = open_page(viewport=size, reduced_motion="reduce")
    assert system.rtc is not None
    for user in ("user001", "user002"):
        send(page, f"/record room {room} {user}")
        expect(message(page, f"Recording {user} in room {room}")).to_have_count(1)
    here = Deployment(system, system.rtc, system.slack, [], [], [], room=room)
    threads = page.locator(".thread .message")
    reminders = [
        threads.filter(has_text=f"{it} in room {room}").first for it in ("user001", "user002")
    ]  # at least once
    pass_minutes(here, 241)
    for reminder in reminders:
        expect(reminder).to_contain_text("has been recorded for")
    _fits(page)
    kept, stopped = reminders
    kept.get_by_role("button", name=re.compile("^Keep on 1 h")).click()
    expect(message(page, f"user001 in room {room} ends at", "Only visible to you")).to_have_count(1)
    expect(kept.get_by_role("button", name=re.compile("^(Keep on|Stop)"))).to_have_count(0)
    stopped.get_by_role("button", name=re.compile("^Stop")).click()
    expect(message(page, f"Recorded user002 in room {room}")).to_have_count(1)
    expect(stopped.get_by_role("button", name=re.compile("^(Keep on|Stop)"))).to_have_count(0)
    expect(message(page, f"Recording user001 in room {room}")).to_have_count(1)


@SIZES
def test_several_are_stopped_at_once_and_a_file_has_a_link(open_page: Open, room: str, size: dict[str, int]) -> None:
    """Stop all asks first, and does nothing if the answer is no. Get link gives an address to who clicks alone."""
    page = open_page(viewport=size, reduced_motion="reduce")
    send(page, f"/record room {room} user001,user002")
    several = page.locator(".message:not(.ephemeral)", has=page.locator(".app")).filter(has_text=room).first
    expect(several).to_contain_text("Recording user002")
    asked = page.get_by_role("dialog", name="Stop 2 recordings?")
    for answer in ("Keep them", "Stop all"):
        several.get_by_role("button", name=re.compile("^Stop all")).click()
        expect(asked).to_contain_text("user001")
        _fits(page)
        asked.get_by_role("button", name=answer).click()
        expect(asked).to_have_count(0)
        if answer == "Keep them":
            expect(several.get_by_role("combobox")).to_be_enabled()
    for user in ("user001", "user002"):
        expect(several).to_contain_text(f"Recorded {user}")
    page.get_by_role("button", name=re.compile(rf"(reply|replies)\s+to .*{room}")).click()
    file = page.locator(".thread .message", has_text=f"_{room}_user001_").first  # posted at least once
    file.get_by_role("button", name=re.compile("^Get link")).click()
    link = message(page, f"of user001 in room {room}", "Only visible to you").get_by_role("link", name=".mp4")
    expect(link).to_have_count(1)
    _fits(page)
    with page.context.expect_page() as opened:
        link.click()
    opened.value.close()
    expect(page.get_by_role("status").filter(has_text="failed")).to_have_count(0)
