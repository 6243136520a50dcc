"""What is locked in requirements/."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]


def _locked(group: str) -> set[str]:
    """Each package with its version, such as moto==5.2.5."""
    text = (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^[\w.-]+==[^\s;]+", text, re.MULTILINE))


@pytest.mark.parametrize("group", GROUPS)
def test_a_lock_says_nothing_of_where_packages_come_from(group: str) -> None:
    """Packages and their hashes, and no address of an index."""
    assert _locked(group)
    assert not re.findall(r"//|^--", (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("group", "larger"),
    [
        ("ops", "local"),
        ("slack", "local"),
        ("webhook", "local"),
        ("recorder", "local"),
        ("local", "dev"),
        ("dev", "browser"),
    ],
)
def test_a_larger_group_has_the_smaller_one_in_it(group: str, larger: str) -> None:
    """The same versions: what one word installs, no other word changes, and what is tested is what is deployed."""
    assert _locked(group) <= _locked(larger)


def test_the_demo_needs_nothing_that_it_does_not_use() -> None:
    """What moto asks for on behalf of services that template.yaml does not have is most of what it could bring."""
    names = {package.partition("==")[0] for package in _locked("local")}
    assert not names & {"cfn-lint", "sympy", "networkx", "docker", "graphql-core", "joserfc", "aws-xray-sdk"}
    assert not names & {"playwright", "pytest", "mypy", "ruff"}
