"""What axe, the accessibility checker, finds on the page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page


def serious_faults(page: Page) -> list[str]:
    """Return each serious or critical fault, with the element that has it."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{it['id']}: {it['nodes'][0]['html']}" for it in found if it["impact"] in {"serious", "critical"}]
