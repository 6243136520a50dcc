"""The documents say what is so."""

import re

from docs import list_files
from tests.paths import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_architecture_lists_every_file() -> None:
    """The list in docs/architecture.md is made from what each file says of itself, and is up to date."""
    assert list_files.document() == list_files.PAGE.read_text(encoding="utf-8")
    assert [file for file in list_files.files() if not list_files.sentence(file)] == []


def test_every_path_and_make_word_in_a_document_exists() -> None:
    """A reader who follows a name finds the thing."""
    words = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text()
        paths = re.findall(r"`((?:shared|bot|functions|local|tests|docs|requirements)/[\w/.-]*)`", text)
        links = re.findall(r"\]\(([^)#:]+)\)", text)
        absent = set(re.findall(r"`make ([a-z-]+)`", text)) - words
        absent |= {path for path in paths if not (ROOT / path).exists()}
        absent |= {link for link in links if not (document.parent / link).exists()}
        assert not absent, document


def test_the_costs_add_up() -> None:
    """Each column of the table in docs/operations.md is the sum that it says."""
    text = (ROOT / "docs/operations.md").read_text()
    table = text[text.index("| 3 secrets") : text.index("| **together**")]
    rows = [[float(cell) for cell in line.strip(" |").split(" | ")[2:]] for line in table.splitlines()]
    totals = re.findall(r"\*\*([\d.]+)\*\*", text[text.index("| **together**") :])
    assert [f"{sum(column):.2f}" for column in zip(*rows, strict=True)] == totals[:4]
