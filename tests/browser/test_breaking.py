"""Break something, read what people read then, and reset it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, Open
from tests.browser.conversation import become, go_to, message, send, station


def _break(page: Page, party: str, label: str) -> None:
    page.get_by_role("button", name="Break something").click()
    page.get_by_role("group", name=party).get_by_role("switch", name=label, exact=True).check()
    expect(page.locator("#badge")).to_have_text("1 broken")


def _reset(page: Page) -> None:
    page.get_by_role("button", name="Reset all").click()
    expect(page.locator("#badge")).to_be_hidden()
    expect(page.get_by_role("button", name="Reset all")).to_be_hidden()


@pytest.mark.parametrize("label", ["Error 500", "Error 429"])
def test_an_order_waits_until_rtc_works(page: Page, room: str, label: str) -> None:
    """What RTC did not take is tried again by the queue; one click resets all, and it is recorded."""
    _break(page, "RTC", label)
    send(page, f"/record room {room} user001")
    expect(station(page, "RTC")).to_have_attribute("data-state", "failed")
    expect(station(page, "Queue")).to_have_attribute("data-state", "waiting")
    expect(message(page, "Recording user001", room)).to_have_count(0)
    _reset(page)
    expect(message(page, "Recording user001", room)).to_have_count(1)


@pytest.mark.parametrize(("label", "why"), [("Wrong key", "verify aksk signature fail"), ("Clock off", "x-sdk-date")])
def test_rtc_lets_nobody_in(page: Page, room: str, label: str, why: str) -> None:
    """A key or a clock that does not fit is answered in the channel, with RTC's own words.

    If another test's order was refused as well, all calls stop for a minute.
    """
    _break(page, "RTC", label)
    send(page, f"/record room {room} user001")
    expect(message(page, "Not recorded: user001", room, why)).to_have_count(1)
    _reset(page)
    send(page, f"/record room {room} user001")
    expect(message(page, "Recording user001", room)).to_have_count(1, timeout=3 * PATIENCE_MS)


def test_silence_is_told_in_the_reader_s_time(open_page: Open, room: str) -> None:
    """A silent RTC leaves an unknown outcome, held until a time that each reader sees in their own time zone."""
    far, near = open_page(timezone_id="Asia/Kolkata", locale="en-GB"), open_page(timezone_id="UTC", locale="en-GB")
    _break(far, "RTC", "Silent")
    send(far, f"/record room {room} user001")
    told = [message(it, "user001", room, "may or may not be recording") for it in (far, near)]
    for it in told:
        expect(it).to_have_count(1)  # recordbot itself waits for RTC as long as the usual limit here
    expect(station(far, "RTC")).to_have_attribute("data-state", "unknown")
    held = [re.search(r"Held until (\d\d):(\d\d)", it.inner_text()) for it in told]
    minutes = [int(it[1]) * 60 + int(it[2]) for it in held if it]
    assert (minutes[0] - minutes[1]) % (24 * 60) == 5 * 60 + 30
    far.get_by_role("button", name="RTC’s jobs").click()
    expect(far.get_by_role("row", name=room)).to_contain_text("RUNNING")


def test_a_slow_rtc_is_waited_for(page: Page, room: str) -> None:
    """RTC that answers late, but in time, records; while it is waited for, it beats."""
    _break(page, "RTC", "Slow")
    send(page, f"/record room {room} user001")
    expect(station(page, "RTC")).to_have_attribute("data-state", "active")
    expect(message(page, "user001", room, "job")).to_have_count(1)


def test_a_queue_that_refuses_is_told_at_once(page: Page, room: str) -> None:
    """An order that the queue does not take is not said to be accepted."""
    _break(page, "AWS", "Queue refuses")
    send(page, f"/record room {room} user001")
    expect(message(page, "Nothing was done: recordbot could not pass the order on").last).to_be_visible()
    expect(message(page, "Asking RTC", room)).to_have_count(0)
    expect(station(page, "Queue")).to_have_attribute("data-state", "failed")
    page.get_by_role("button", name="Timeline").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("The queue did not take the order")


def test_the_demonstration_of_silence_mends_itself(page: Page) -> None:
    """The example "RTC silent" breaks RTC for its own command alone."""
    page.get_by_role("group", name="Examples").get_by_role("button", name="RTC silent").click()
    expect(page.locator("#badge")).to_have_text("1 broken")
    expect(message(page, "room 300", "may or may not be recording")).to_have_count(1, timeout=40_000)
    expect(page.locator("#badge")).to_be_hidden()


def test_a_recorder_killed_in_its_call_leaves_nothing_guessed(page: Page, room: str) -> None:
    """The recorder dies with RTC's answer on the way: the channel reads "unknown" once the lease is over."""
    _break(page, "AWS", "Recorder killed")
    send(page, f"/record room {room} user001")
    expect(station(page, "Recorder")).to_have_attribute("data-state", "failed")
    expect(station(page, "Queue")).to_have_attribute("data-state", "waiting")
    _reset(page)
    expect(message(page, "user001", room, "may or may not be recording")).to_have_count(1)


def test_slack_throttles_and_the_answer_comes_all_the_same(page: Page, room: str) -> None:
    """While Slack refuses every message the answer waits; after a reset it is posted."""
    _break(page, "Slack", "Error 429")
    send(page, f"/record room {room} user001")
    expect(station(page, "Reply")).to_have_attribute("data-state", "failed")
    expect(station(page, "Queue")).to_have_attribute("data-state", "waiting")
    _reset(page)
    expect(message(page, "Recording user001", room)).to_have_count(1)


def test_a_slow_slack_gets_its_answer(page: Page, room: str) -> None:
    """Slack that takes its time, but not too much, is waited for."""
    _break(page, "Slack", "Slow")
    send(page, f"/record room {room} user001")
    expect(message(page, "user001", room, "job")).to_have_count(1)


def test_an_ended_response_url_loses_the_answer_and_not_the_outcome(page: Page, room: str) -> None:
    """Where only the response_url could answer and it has ended, the outcome is in the ledger."""
    go_to(page, "staff-room")
    _break(page, "Slack", "response_url expired")
    send(page, f"/record room {room} user001")
    expect(station(page, "Reply")).to_have_attribute("data-state", "failed")
    expect(message(page, "job", room)).to_have_count(0)
    station(page, "RTC").click()
    page.get_by_role("tab", name="Ledger").click()
    expect(page.get_by_role("tabpanel")).to_contain_text('"kind": "started"')


def test_everybody_sees_what_is_broken(page: Page, open_page: Open) -> None:
    """A switch is the system's, not the page's: another page shows it too, and it can be turned off by itself."""
    _break(page, "RTC", "Slow")
    page.get_by_role("switch", name="Error 500", exact=True).check()
    expect(page.locator("#badge")).to_have_text("1 broken")
    other = open_page()
    expect(other.locator("#badge")).to_have_text("1 broken")
    become(other, "ben")
    expect(other.locator("#badge")).to_have_text("1 broken")
    page.get_by_role("switch", name="Error 500", exact=True).uncheck()
    expect(other.locator("#badge")).to_be_hidden()
