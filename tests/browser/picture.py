"""Take the pictures of the running page, README's and those of other sizes: `make picture`."""

import sys

from local.demo.serve import served
from tests.browser.chromium import NoChromium, started
from tests.paths import ROOT

DOCS = ROOT / "docs"
SIZE = {"width": 1280, "height": 766}
OTHERS = {"phone": (390, 844), "768": (768, 720), "zoom-200": (640, 400), "zoom-400": (320, 200)}
"""A panel is open beside the chat where there is room. A zoom of a window of 1280 by 800 leaves so many CSS pixels."""


def main() -> int:
    """Type the command, wait until RTC records, open the timeline, and save the pictures. Return the exit status."""
    try:
        with served(0) as (address, _), started() as browser:
            page = browser.new_page(viewport=SIZE, color_scheme="light", locale="en-GB")  # type: ignore[arg-type] # a plain dict
            page.goto(address)
            page.get_by_role("textbox").press("Enter")
            page.get_by_text("Recording user001 in room 100").wait_for()
            page.get_by_role("button", name="Timeline").click()
            page.get_by_role("tabpanel").get_by_text("The signature is valid").wait_for()
            page.get_by_role("textbox").fill("/record room 100 user001,user002 hd")
            page.screenshot(path=DOCS / "demo.png", animations="disabled")
            page.get_by_role("button", name="Close the panel").click()
            for name, (width, height) in OTHERS.items():
                page.set_viewport_size({"width": width, "height": height})
                if name == "768":
                    page.get_by_role("button", name="Timeline").click()
                page.get_by_role("textbox").scroll_into_view_if_needed()
                page.screenshot(path=DOCS / f"demo-{name}.png", animations="disabled")
                if name == "768":
                    page.get_by_role("button", name="Close the panel").click()
    except NoChromium as error:
        sys.stderr.write(f"recordbot: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
