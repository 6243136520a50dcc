"""The team's configuration: whether it is valid."""

from collections.abc import Iterator

from functions.ledger.new_versions import holding
from ops.deployment import Deployment, one_line
from ops.doctor.finding import Finding, ok, wrong


def check(deployment: Deployment) -> Iterator[Finding]:
    """Check the document that was put last."""
    with one_line(deployment.name):
        found = holding(deployment.configurations())
    if found.wrong:
        todo = "`config show` says more; `config rollback`, or `config put` of a valid one, repairs it"
        yield wrong("configuration", f"version {found.number}: {found.wrong}", todo)
    elif found.stored is None:
        yield ok("configuration", "none was put: the default rules apply")
    else:
        yield ok("configuration", f"version {found.number} is valid")
