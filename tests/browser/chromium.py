"""Start this machine's Chromium so that it connects only to the page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


class NoChromium(Exception):
    """There is no Chromium; the message says what to do."""


def find() -> str:
    """Return the path of Chromium: CHROMIUM, or one of its usual names on the PATH. Raises NoChromium."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoChromium(
            "no Chromium found: install it (Debian: apt-get install chromium), or set CHROMIUM to its path"
        )
    return found


@contextmanager
def started() -> Iterator[Browser]:
    """Yield a headless browser until the context ends. Raises NoChromium."""
    path = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
