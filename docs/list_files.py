"""Write the list of files in docs/architecture.md from the first sentence of each file.

`make docs` runs it. A Python file's sentence is its docstring's; a file of the page begins with a comment.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
MARKS = ("<!-- The list is made by `make docs`. -->\n", "<!-- End of the list. -->\n")
_FOLDERS = ("shared", "bot", "functions", "local", "ops")
_PAGE = "The page of `make demo`: plain HTML, CSS and JavaScript modules, without a build step."
_SUFFIXES = frozenset({".py", ".js", ".css"})
_DOCSTRING = re.compile(r'\A(?:#[^\n]*\n)*"""(.*?)(?:\n\n|""")', re.DOTALL)
_COMMENT = re.compile(r"\A(?://|/\*) ?(.*?)(?:\*/)?\n")


def files() -> list[Path]:
    """Return the source files by folder and name, relative to the project's folder."""
    found = (file for folder in _FOLDERS for file in (ROOT / folder).rglob("*") if file.suffix in _SUFFIXES)
    return sorted((file.relative_to(ROOT) for file in found), key=lambda it: (it.parent, it.name != "__init__.py", it))


def sentence(file: Path) -> str:
    """Return a file's first sentence; empty where it has none."""
    found = (_DOCSTRING if file.suffix == ".py" else _COMMENT).match((ROOT / file).read_text(encoding="utf-8"))
    text = found[1] if found else ""
    return re.split(r"(?<=[.:]) (?=[A-Z])", " ".join(text.split()), maxsplit=1)[0].strip().rstrip(".:")


def list_of_files() -> str:
    """Return the Markdown list: a heading and a table for each folder."""
    lines: list[str] = []
    folder = None
    for file in files():
        is_package = file.name == "__init__.py"
        if file.parent != folder:
            folder = file.parent
            about = f"{sentence(file)}." if is_package else _PAGE
            lines += ["", f"### {folder}/", "", about, "", "| file | what |", "|---|---|"]
        if not is_package:
            lines.append(f"| `{file.name}` | {sentence(file).replace('|', '\\|')} |")
    return "\n".join(lines).strip() + "\n"


def document() -> str:
    """Return docs/architecture.md with the list as it is now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    return f"{before}{MARKS[0]}\n{list_of_files()}\n{MARKS[1]}{after}"


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
