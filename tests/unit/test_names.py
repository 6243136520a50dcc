"""What the names of functions promise."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.paths import ROOT

QUESTIONS = ("is_", "has_", "may_", "can_", "was_")
ASKS = re.compile(rf"def _*({'|'.join(QUESTIONS)})")
QUIET = {"append", "extend", "register", "setdefault"}
"""What a function may call for what it makes itself."""


def effects(function: ast.FunctionDef) -> Iterator[str]:
    """What a function does to something else: calls for their effect alone, and what it assigns to parts of an object.

    A call in a `try` shows whether it raises an error.
    """
    tried = {id(it) for node in ast.walk(function) if isinstance(node, ast.Try) for it in node.body}
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and id(node) not in tried:
            called = node.value.func
            if not (isinstance(called, ast.Attribute) and called.attr in QUIET):
                yield ast.unparse(called)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (ast.unparse(it) for it in targets if isinstance(it, ast.Attribute | ast.Subscript))


@pytest.mark.parametrize("folder", ["shared", "bot", "functions", "local", "ops"])
def test_a_name_that_asks_a_question_gives_an_answer_and_has_no_effect(folder: str) -> None:
    """The answer is a bool. Who reads the name at its call expects that nothing is written, sent or printed."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if ASKS.search(text) else ():
            if isinstance(node, ast.FunctionDef) and node.name.lstrip("_").startswith(QUESTIONS):
                where = f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
                assert not list(effects(node)), where
                assert node.returns is None or "bool" in ast.unparse(node.returns), where
