"""Several people and conversations: who sees what."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.conversation import become, go_to, message, send


def test_only_the_asker_sees_what_is_only_for_them(page: Page, room: str) -> None:
    """Another person reads the channel's message, but neither the acknowledgement nor what was typed."""
    send(page, f"/record room {room} user001")
    expect(message(page, "Asking RTC", room)).to_contain_text("Only visible to you")
    expect(message(page, "user001", room, "job")).to_have_count(1)
    become(page, "ben")
    expect(message(page, "user001", room, "by @ann")).to_have_count(1)
    expect(message(page, "Asking RTC", room)).to_have_count(0)
    expect(page.locator(".typed", has_text=room)).to_have_count(0)


def test_two_people_at_once(page: Page, open_page: Open, room: str) -> None:
    """What one person starts, the other reads as it happens, and gets as a duplicate."""
    other = open_page()
    become(other, "ben")
    send(page, f"/record room {room} user001")
    expect(message(other, "user001", room, "by @ann")).to_have_count(1)
    send(other, f"/record room {room} user001")
    expect(message(other, "Already recording user001", room)).to_contain_text("@ann")
    expect(message(page, "Already recording user001", room)).to_have_count(0)


def test_a_conversation_keeps_its_own_messages(page: Page, room: str) -> None:
    """An answer comes where it was asked for, also where the bot is no member; another channel shows that it is new."""
    go_to(page, "staff-room")
    send(page, f"/record room {room} user001")
    expect(message(page, "user001", room, "job").first).to_be_visible()
    go_to(page, "general")
    expect(message(page, room)).to_have_count(0)
    expect(page.get_by_role("heading", name="general")).to_be_visible()


def test_a_direct_message_is_for_its_two(page: Page) -> None:
    """A direct message with the bot is there for one person and not for the other, who lands in a channel of theirs."""
    go_to(page, "Direct message recordbot")
    send(page, "/record help")
    expect(message(page, "/record").last).to_be_visible()
    become(page, "ben")
    expect(page.get_by_role("button", name="Direct message recordbot")).to_have_count(0)
    expect(page.get_by_role("heading", name="class-recordings")).to_be_visible()


def test_words_are_words(page: Page, open_page: Open) -> None:
    """What is no command is said to everybody there; a conversation with something new is marked."""
    other = open_page()
    become(other, "ben")
    go_to(page, "general")
    send(page, "does it record?")
    expect(page.get_by_role("log")).to_contain_text("does it record?")
    expect(other.get_by_role("button", name="Channel general, new messages")).to_be_visible()
