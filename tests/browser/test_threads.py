"""The threads of messages, and a recording from its start to its end."""

from http import HTTPStatus

from playwright.sync_api import Locator, Page, expect

from local.slack.chat import BOT, CLASS_RECORDINGS, Message
from local.slack.content import Content
from local.system import System
from tests.browser.conversation import become, message, send


def _say(system: System, text: str, to: Message | None = None) -> Message:
    """Let the bot say it in the channel, or as a reply."""
    thread_ts = to.ts if to else ""
    return system.slack.chat.post(CLASS_RECORDINGS, BOT, Content(text), "web_api", thread_ts=thread_ts)


def _thread(page: Page, of: str) -> Locator:
    """Return the button of a message's thread."""
    return page.get_by_role("button", name=f"to {of}")


def test_a_thread_opens_and_closes(page: Page, system: System, room: str) -> None:
    """A message says how many replies it has; a key shows and hides them, and the focus stays on the button."""
    about = _say(system, f"About {room}")
    _say(system, f"first of {room}", about)
    _say(system, f"second of {room}", about)
    button = _thread(page, f"About {room}")
    expect(button).to_contain_text("2 replies")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_text(f"second of {room}")).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(button).to_be_focused()
    for text in ("first", "second"):
        expect(page.get_by_role("log").get_by_text(f"{text} of {room}")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"second of {room}")).to_be_hidden()


def test_news_that_mentions_the_reader_is_shown(page: Page, system: System, room: str) -> None:
    """Its thread is open for who is mentioned, until they close it; for others it is closed."""
    about = _say(system, f"About {room}")
    _say(system, f"<@U0ANN>, news of {room}", about)
    expect(page.get_by_text(f"news of {room}")).to_be_visible()
    _thread(page, f"About {room}").click()
    expect(page.get_by_text(f"news of {room}")).to_be_hidden()
    become(page, "ben")
    expect(_thread(page, f"About {room}")).to_have_attribute("aria-expanded", "false")


def test_a_recording_is_followed_to_its_end(page: Page, room: str) -> None:
    """Its message changes, and who started it is mentioned in its thread. RTC's jobs, ledger and timeline agree."""
    send(page, f"/record {room} user001 idle=5s")
    expect(message(page, "Recording user001", room)).to_be_visible()
    page.get_by_role("button", name="RTC’s jobs").click()
    ended = page.get_by_role("row").filter(has_text=room).filter(has_text="EXCEED_MAX_IDLE_TIME")
    expect(ended).to_be_visible()
    expect(message(page, f"Recorded user001 in room {room}")).to_be_visible(timeout=180_000)
    news = message(page, "the recording of user001", room).filter(has_text="is over")
    expect(news.locator(".mention")).to_have_text("@ann")
    expect(_thread(page, f"⏹️ Recorded user001 in room {room}")).to_contain_text("1 reply")
    news.get_by_role("button", name="What happened").click()
    expect(page.locator(".waterfall")).to_contain_text("The news in the thread goes out")
    page.get_by_role("tab", name="Ledger").click()
    expect(page.get_by_role("tabpanel")).to_contain_text('"end": "idle"')


def test_a_minute_can_be_let_pass(page: Page) -> None:
    """The schedules fire at once."""
    page.get_by_role("button", name="Break something").click()
    with page.expect_response("**/api/minute") as answered:
        page.get_by_role("button", name="Let a minute pass").click()
    assert answered.value.status == HTTPStatus.NO_CONTENT
