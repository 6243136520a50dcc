"""Runs moto's server on a free port of loopback. Its first line of output is the port.

It prints another line for each call to AWS, and for each request that it can't answer.
"""

import gc
import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.aws.calls import calls_in
from local.aws.controls import INDEX_LAG, Controlled
from local.aws.faults import Misbehaving
from local.aws.index_lag import IndexLag
from local.aws.moto_reads import change_reads
from local.aws.moto_writes import change_writes
from local.aws.quick_moto import make_quick
from local.aws.transactions import Transactions, body_of


class _Connection(MotoRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # without this, each call waits 40 ms for an acknowledgement


class _Application:
    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {name.removeprefix("HTTP_").replace("_", "-").lower(): value for name, value in environ.items()}
        for call in calls_in(headers, body_of(environ)):
            _print(call.to_line())
        try:
            answer: Iterable[bytes] = self._moto(environ, start_response)
        except Exception as error:
            _print(f"{type(error).__name__}: {error}")
            raise
        return answer


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _main() -> None:
    make_quick()
    lag = IndexLag()
    change_reads(lag)
    change_writes(lag)
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # it logs every request
    get_backend("cloudformation")  # imports most of moto now, not during the first call
    gc.freeze()  # without this, stopping takes half a second
    controls = {INDEX_LAG: lambda body: lag.set(float(body))}
    application = Controlled(Misbehaving(Transactions(_Application())), controls)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Connection)
    _print(str(server.port))
    server.serve_forever()


if __name__ == "__main__":
    _main()
