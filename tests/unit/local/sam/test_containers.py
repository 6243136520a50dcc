"""`python -m local sam` where something is missing."""

import pytest

from local.errors import LocalError
from local.sam.containers import find_docker


def test_without_docker_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and the word that does the same without Docker."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LocalError, match="`make demo` runs the same") as refused:
        find_docker()
    assert "\n" not in str(refused.value)
