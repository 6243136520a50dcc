"""The webhook's description, docs/openapi.json, which is packaged with the function."""

from functools import cache
from pathlib import Path

PATH = Path(__file__).parents[2] / "docs" / "openapi.json"
"""The path in the source tree, which is the same in the artifact (local/sam/artifact.py)."""


@cache
def description() -> str:
    """Return the description, an OpenAPI 3.1 document in JSON. `make docs` makes it from the models."""
    return PATH.read_text(encoding="utf-8")
