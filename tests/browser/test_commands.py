"""What people type, and what they read."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from local.system import System
from tests.browser.conversation import message, send, station

HOSTILE = '<img src=x onerror="document.title=1">'


def test_enter_is_enough(page: Page) -> None:
    """The input is filled and focused: one key, and RTC records, and each station shows its time."""
    expect(page.get_by_role("textbox")).to_be_focused()
    expect(page.get_by_role("textbox")).to_have_value("/record room 100 user001 hd")
    page.keyboard.press("Enter")
    expect(message(page, "Recording user001 in room 100", "since")).to_have_count(1)
    for name in ("Slack", "Door", "Queue", "Recorder", "RTC", "Reply"):
        expect(station(page, name)).to_have_attribute("data-state", "ok")
        expect(station(page, name)).to_contain_text(re.compile(r"\d m?s"))


def test_recording_is_said_once_it_runs(page: Page, system: System, room: str) -> None:
    """Before RTC says RUNNING the page says "starting" and nothing else, the answer's edit included."""
    assert system.rtc is not None
    system.rtc.stay_init(timedelta(hours=1))
    send(page, f"/record room {room} user001")
    first = message(page, "Starting user001", room)
    expect(first).to_have_count(1)
    expect(message(page, "Recording user001", room)).to_have_count(0)
    system.rtc.behave()
    expect(message(page, "Recording user001", room)).to_have_count(1)
    expect(message(page, room, "(edited)")).to_have_count(1)


def test_an_error_is_answered_to_the_asker(page: Page, room: str) -> None:
    """An error says what is wrong and what to type, only to who typed it, and nothing reaches the queue."""
    send(page, f"/record room {room} user001 hdd")
    answer = message(page, "Nothing started", f"/record room {room} user001 hd")
    expect(answer.last).to_contain_text("Only visible to you")
    expect(station(page, "Reply")).to_have_attribute("data-state", "ok")
    expect(station(page, "Queue")).to_have_attribute("data-state", "idle")


def test_nothing_is_started_twice(page: Page, room: str) -> None:
    """The same stream asked for again is answered with the job that records it."""
    send(page, f"/record room {room} user001")
    expect(message(page, "user001", room, "job")).to_have_count(1)
    send(page, f"/record room {room} user001")
    expect(message(page, "Already recording user001", room)).to_contain_text("Only visible to you")


def test_several_users_are_one_message(page: Page, room: str) -> None:
    """Several users of a room are one message, with a line for each."""
    send(page, f"/record room {room} user001,user002,user003")
    answer = message(page, f"3 of 3 started in room {room}")
    for user in ("user001", "user002", "user003"):
        expect(answer).to_contain_text(user)


@pytest.mark.parametrize("text", [f"/record room {HOSTILE} user001", HOSTILE, f"/record room=`{HOSTILE}` user001"])
def test_a_hostile_name_is_text(page: Page, text: str) -> None:
    """Markup in whatever was typed is shown as that text: no element comes of it, and no script runs."""
    send(page, text)
    expect(page.get_by_role("log")).to_contain_text("<img")
    expect(page.locator("#messages img")).to_have_count(0)
    expect(page).to_have_title("recordbot on this machine")


def test_slack_completes_the_name_and_no_more(page: Page) -> None:
    """A slash offers the command with its hint, Tab takes it; its words and ids are completed by nobody."""
    box = page.get_by_role("textbox")
    box.fill("/re")
    expect(page.get_by_role("button", name="/record 100 user001 hd")).to_be_visible()
    box.press("Tab")
    expect(box).to_have_value("/record ")
    box.press_sequentially("ro")
    expect(page.locator("#suggestion")).to_be_hidden()


def test_another_command_is_slack_s_to_refuse(page: Page) -> None:
    """A command that no app has is answered by Slackbot."""
    send(page, "/recrod 100 user001")
    expect(page.get_by_text("/recrod is not a valid command")).to_be_visible()


@pytest.mark.parametrize(
    ("example", "answer"),
    [("With a typo", "Nothing started"), ("Several", "in room 400"), ("Twice", "in room 200"), ("Help", "/record")],
)
def test_an_example_is_one_click(page: Page, example: str, answer: str) -> None:
    """Each example above the input types its command."""
    page.get_by_role("group", name="Examples").get_by_role("button", name=example).click()
    expect(message(page, answer).last).to_be_visible()
