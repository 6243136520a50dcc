"""The team's configuration on the page: compare, put, mend mistakes, and go back; by keyboard, on a phone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from functions.ledger.configurations import Configurations
from functions.ledger.new_versions import holding, put_version
from local.demo.configuration import configurations_of
from local.demo.serve import served
from local.system import System
from shared.team_yaml import read_team_yaml
from tests.browser.checker import serious_faults
from tests.browser.conftest import Open

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[str, System]]:
    """A page and a system for this file alone: the functions use a document for a minute, in other tests as well."""
    with served(0) as running:
        yield running


@pytest.fixture(scope="module")
def address(demo: tuple[str, System]) -> str:
    """The page's address."""
    return demo[0]


@pytest.fixture
def stored(demo: tuple[str, System]) -> Iterator[Configurations]:
    """The system's configurations; afterwards no document of this test holds for the next one."""
    configurations = configurations_of(demo[1])
    yield configurations
    _put(configurations, "operators: [U0OPERATOR]\n")


def _put(configurations: Configurations, text: str) -> int:
    return put_version(configurations, text, read_team_yaml(text), by="bob", now=datetime.now(UTC)).number


def _open_rules(page: Page) -> Locator:
    page.get_by_role("button", name="Rules").click()
    box = page.get_by_role("textbox", name="The team’s configuration, as YAML")
    expect(box).not_to_have_value("")
    return box


def _press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).press("Enter")


def test_a_document_is_compared_put_and_taken_back(page: Page, stored: Configurations) -> None:
    """What changes is shown before it can be put; the new version holds, and the old one can hold again."""
    before = _put(stored, "operators: [U0OPERATOR]\n")
    box = _open_rules(page)
    put = page.get_by_role("button", name=re.compile("^Save"))
    expect(page.get_by_role("heading", name=f"Version {before} is in use")).to_be_visible()
    expect(put).to_be_hidden()
    box.fill("# ours\noperators: [U0OPERATOR, U0ANN]\npresets:\n  lecture: {for: 90m}\n")
    _press(page, "Show what changes")
    result = page.get_by_role("status").filter(has_text="2 changes")
    expect(result.get_by_role("listitem")).to_have_text(
        [
            "Changed: operators: U0OPERATOR → U0OPERATOR, U0ANN",
            'New: presets > lecture: {"for": "90m"}',
        ]
    )
    assert holding(stored).number == before
    _press(page, f"Save as version {before + 1}")
    heading = page.get_by_role("heading", name=f"Version {before + 1} is in use")
    expect(heading).to_be_focused()
    current = stored.current()
    assert current is not None
    assert current.source.startswith("# ours\n")
    assert current.put_by == "ann"
    _press(page, f"Go back to {before}")
    expect(page.get_by_role("heading", name=f"Version {before + 2} is in use")).to_be_focused()
    expect(box).to_have_value("operators: [U0OPERATOR]\n")


def test_a_mistake_is_shown_with_its_line(page: Page, stored: Configurations) -> None:
    """The box is marked as invalid, each mistake is a line of the status, and nothing can be put."""
    before = holding(stored).number
    box = _open_rules(page)
    box.fill("operators: [ann]\nrules:\n  - name:\n")
    _press(page, "Show what changes")
    problems = page.locator(".problem")
    expect(problems).to_have_count(2)
    expect(problems.first).to_contain_text("line 3, rules.0: name has no value")
    expect(page.get_by_role("status").filter(has_text="line 1, operators.0: 'ann' is not")).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name=re.compile("^Save"))).to_be_hidden()
    box.fill("operators: [U0ANN]\n")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(problems).to_have_count(0)
    assert holding(stored).number == before


def test_a_change_by_somebody_else_is_not_overwritten(page: Page, stored: Configurations) -> None:
    """The page says who put what meanwhile; the reader's text stays until it is discarded."""
    box = _open_rules(page)
    mine = "operators: [U0ANN]\n"
    box.fill(mine)
    _press(page, "Show what changes")
    number = _put(stored, "operators: [U0BOB]\n")
    _press(page, re.compile("^Save as version"))
    expect(page.locator(".problem")).to_contain_text(f"version {number} is current by now, saved by bob")
    expect(box).to_have_value(mine)
    _press(page, "Discard my changes")
    expect(box).to_have_value("operators: [U0BOB]\n")
    expect(page.get_by_role("heading", name=f"Version {number} is in use")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_rules(
    open_page: Open, stored: Configurations, size: dict[str, int], scheme: str
) -> None:
    """Changes, mistakes and versions: a checker finds no serious fault, and nothing is wider than the screen."""
    _put(stored, "operators: [U0OPERATOR]\n")
    page = open_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    box = _open_rules(page)
    for text, shown in (("operators: [U0ANN]\n", ".changed"), ("operators: [ann]\n", ".problem")):
        box.fill(text)
        _press(page, "Show what changes")
        expect(page.locator(shown)).to_be_visible()
        assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
