"""The documents say what is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("shared", "bot", "functions", "local")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "__init__.py" and path.parent not in {ROOT / "local/rtc", ROOT / "local/slack"}  # named as folders
)
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_the_architecture_names_every_file(source: Path) -> None:
    """A file that docs/architecture.md does not explain is a file nobody finds."""
    name = f"rtc/{source.name}" if source.parent.name == "rtc" else source.name
    assert f"`{name}`" in (ROOT / "docs/architecture.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_make_word_in_a_document_exists(document: Path) -> None:
    """A reader who follows a name finds the thing."""
    text = document.read_text()
    words = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert not set(re.findall(r"`make ([a-z-]+)`", text)) - words
    paths = re.findall(r"`((?:shared|bot|functions|local|tests|docs|requirements)/[\w/.-]*)`", text)
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert not [path for path in paths if not (ROOT / path).exists()]
    assert not [link for link in links if not (document.parent / link).exists()]


def test_the_costs_add_up() -> None:
    """Each column of the table in docs/operations.md is the sum that it says."""
    text = (ROOT / "docs/operations.md").read_text()
    table = text[text.index("| 3 secrets") : text.index("| **together**")]
    rows = [[float(cell) for cell in line.strip(" |").split(" | ")[2:]] for line in table.splitlines()]
    totals = re.findall(r"\*\*([\d.]+)\*\*", text[text.index("| **together**") :])
    assert [f"{sum(column):.2f}" for column in zip(*rows, strict=True)] == totals[:4]
