"""What a person does and reads on the page."""

from playwright.sync_api import Locator, Page


def send(page: Page, text: str) -> None:
    """Type it and press Enter."""
    box = page.get_by_role("textbox")
    box.fill(text)
    box.press("Enter")


def message(page: Page, *texts: str) -> Locator:
    """Return the bot's messages that have all these texts."""
    found = page.locator(".message", has=page.locator(".app"))
    for text in texts:
        found = found.filter(has_text=text)
    return found


def station(page: Page, name: str) -> Locator:
    """Return a station of the strip."""
    strip = page.get_by_role("list", name="The path of the order")
    return strip.get_by_role("button").filter(has=page.get_by_text(name, exact=True))


def become(page: Page, name: str) -> None:
    """Switch to another person."""
    page.get_by_role("group", name="You are").get_by_role("button", name=name).click()


def go_to(page: Page, channel: str) -> None:
    """Open another conversation."""
    page.get_by_role("list", name="Conversations").get_by_role("button", name=channel).click()
