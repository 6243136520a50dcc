"""Ask the operator: for a yes, and for values that nobody should see."""

import getpass
import sys

from ops.errors import OpsError
from ops.output import Output
from ops.progress import silence


def require_asking(output: Output) -> None:
    """Raise OpsError if nothing can be asked, because standard output is for one JSON document."""
    if output.as_json:
        raise OpsError("--json asks nothing: add --yes")


def confirm(output: Output, *lines: str, otherwise: str) -> None:
    """Show the lines, and raise OpsError unless the answer is yes."""
    require_asking(output)
    for line in (*lines, "Type yes:"):
        output.show({}, line)
    with silence():
        answer = sys.stdin.readline()
    if answer.strip().lower() not in {"y", "yes"}:
        raise OpsError(f"{otherwise}: the answer was not yes (--yes asks nothing)")


def secret_value(name: str) -> str:
    """Return a value: typed at a prompt that shows nothing, or the next line of standard input. Raises OpsError."""
    with silence():
        value = (getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not value:
        raise OpsError(f"{name} is missing: type it at the prompt, or give one value a line on standard input")
    return value
