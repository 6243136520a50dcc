"""The fork servers of the local system: one has what all of it imports, and the others branch from it.

A word of the command line starts them before its own imports, so that both import at once. On a platform without fork
servers each function here returns None.
"""

from pathlib import Path

from local.child import fork_server
from local.forked import ForkServer

PROJECT = Path(__file__).resolve().parents[2]
"""Where our functions are."""
LIBRARIES = ("botocore.auth", "botocore.httpsession", "pydantic.json_schema", "pydantic.types")
"""What every function imports, and moto's server too."""
OURS = ("functions.aws.refusal_log", "functions.aws.queue", "functions.ledger.ledger")
"""What each of our functions imports: most of its code is in all of them."""


def of_moto() -> ForkServer | None:
    """Return the fork server for moto's server."""
    forks = _of_libraries()
    return forks and forks.branch(PROJECT, "local.aws.quick_moto:import_moto", "-local.aws.moto_server")


def of_function(folder: Path, handler: str) -> ForkServer | None:
    """Return the fork server for a function in `folder`. One of ours finds there all that its module imports."""
    if folder != PROJECT:
        return _of_libraries()
    forks = of_our_functions()
    return forks and forks.branch(folder, f"-{handler.rpartition('.')[0]}")


def of_our_functions() -> ForkServer | None:
    """Return the fork server from which those for our functions branch."""
    forks = _of_libraries()
    return forks and forks.branch(PROJECT, *OURS)


def _of_libraries() -> ForkServer | None:
    return fork_server(Path(__file__).parent, *LIBRARIES)
