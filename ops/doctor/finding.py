"""What doctor finds: one line for each thing that it checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ops.deployment import Deployment

BY_AWS = "`aws secretsmanager put-secret-value`, as docs/operations.md (3) says"
"""How the whole content of a secret is put, which no command does."""


class Verdict(StrEnum):
    """Whether a thing is as it should be. UNKNOWN: it can't be known from here."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was checked, the result, and what to do about it. No secret is in it."""

    what: str
    verdict: Verdict
    says: str
    todo: str = ""


type Check = Callable[[Deployment], Iterator[Finding]]
"""Checks one kind of thing. Raises OpsError for what it can't check; its findings until then count."""


def ok(what: str, says: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(what, Verdict.OK, says)


def wrong(what: str, says: str, todo: str) -> Finding:
    """Return the finding that something has to be fixed."""
    return Finding(what, Verdict.WRONG, says, todo)


def unknown(what: str, says: str, todo: str) -> Finding:
    """Return the finding that it can't be known."""
    return Finding(what, Verdict.UNKNOWN, says, todo)
