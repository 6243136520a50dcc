"""Take the README's picture from the running page: `make picture`."""

import sys

from local.demo.serve import served
from tests.browser.chromium import NoChromium, started
from tests.paths import ROOT

PICTURE = ROOT / "docs" / "demo.png"
SIZE = {"width": 1280, "height": 700}


def main() -> int:
    """Type the command, wait until RTC records, open the timeline, and save a picture. Return the exit status."""
    try:
        with served(0) as (address, _), started() as browser:
            page = browser.new_page(viewport=SIZE, color_scheme="light", locale="en-GB")  # type: ignore[arg-type] # a plain dict
            page.goto(address)
            page.get_by_role("textbox").press("Enter")
            page.get_by_text("Recording user001 in room 100").wait_for()
            page.get_by_role("button", name="Timeline").click()
            page.get_by_role("tabpanel").get_by_text("The signature is valid").wait_for()
            page.get_by_role("textbox").fill("/record room 100 user001,user002 hd")
            page.screenshot(path=PICTURE, animations="disabled")
    except NoChromium as error:
        sys.stderr.write(f"recordbot: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
