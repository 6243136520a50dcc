"""The control paths of the AWS stand-in, by which another process sets what AWS has no call for.

PUT    /_local/index-lag    for how many seconds the indexes lag behind their tables
    PUT    /_local/rights       the role of each caller, and the service that assumes it: what it allows is checked
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.aws.transactions import Application, body_of
from local.errors import LocalError

INDEX_LAG = "/_local/index-lag"
RIGHTS = "/_local/rights"


class Controlled:
    """Passes requests to the WSGI application `behind`, and the bodies of a control path to its function."""

    def __init__(self, behind: Application, controls: Mapping[str, Callable[[bytes], None]]) -> None:
        self._behind = behind
        self._controls = controls

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI request."""
        control = self._controls.get(environ["PATH_INFO"])
        if control is None:
            return self._behind(environ, start_response)
        try:
            control(body_of(environ))
        except LocalError as error:
            start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [str(error).encode()]
        start_response("204 No Content", [])
        return []
