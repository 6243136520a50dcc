"""The page on its system, and a browser that looks at it. Not part of `make test`: `make browser` runs these."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local.demo.serve import served
from local.system import System
from tests.browser.chromium import NoChromium, started
from tests.leftovers import clear

PATIENCE_MS = 60_000
"""An answer that comes after a cold start, on a busy machine."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def demo() -> Iterator[tuple[str, System]]:
    """The page's address, and the system behind it."""
    with served(0) as running:
        yield running


@pytest.fixture(scope="session")
def address(demo: tuple[str, System]) -> str:
    """The page's address."""
    return demo[0]


@pytest.fixture(scope="session")
def system(demo: tuple[str, System]) -> System:
    """The system behind the page."""
    return demo[1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless browser; without one the run ends."""
    try:
        with started() as browser:
            yield browser
    except NoChromium as error:
        pytest.exit(str(error), returncode=1)


type Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str, demo: tuple[str, System]) -> Iterator[Open]:
    """Open the page in a context of its own; afterwards all is as it was, and no console has shown an error."""
    wrong: list[str] = []
    contexts = []

    def open_one(path: str = "/", **options: object) -> Page:
        size = {"width": 1280, "height": 800}
        context = browser.new_context(**{"viewport": size, **options})  # type: ignore[arg-type] # playwright's own names
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda it: wrong.append(it.text) if it.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda it: None if it.url.startswith((address, "blob:")) else wrong.append(it.url))
        page.goto(address + path)
        expect(page.get_by_role("textbox")).to_be_visible()
        return page

    yield open_one
    for context in contexts:
        context.request.delete(f"{address}/api/switches")
        context.close()
    clear(demo[1])
    assert wrong == []


@pytest.fixture
def page(open_page: Open) -> Page:
    """The page, at desktop width."""
    return open_page()


_rooms = itertools.count(1)


@pytest.fixture
def room() -> str:
    """A room that no other test records."""
    return f"room-{next(_rooms)}"
