"""The control paths of the AWS stand-in, by which another process sets what AWS has no call for.

PUT    /_local/index-lag    for how many seconds the indexes lag behind their tables
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.aws.transactions import Application, body_of

INDEX_LAG = "/_local/index-lag"


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
        control(body_of(environ))
        start_response("204 No Content", [])
        return []
