"""Runs moto's server on a free port of loopback. Its first line of output is the port.

It prints another line for each call to AWS, and for each request that it can't answer.
"""

import gc
import json
import sys
import threading
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.aws import moto_direct
from local.aws.calls import calls_in
from local.aws.controls import INDEX_LAG, RIGHTS, Controlled
from local.aws.faults import Misbehaving
from local.aws.index_lag import IndexLag
from local.aws.moto_caches import remember
from local.aws.moto_reads import change_reads
from local.aws.moto_secrets import follow_current
from local.aws.moto_writes import change_writes
from local.aws.quick_moto import import_moto
from local.aws.rights import Rights
from local.aws.transactions import Transactions, body_of
from local.aws.wsgi import answer
from local.loopback import Server


class _Application:
    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._moto = DomainDispatcherApplication(create_backend_app)
        # moto lists its folder each time.
        self._moto.get_backend_for_host = cache(self._moto.get_backend_for_host)  # type: ignore[method-assign]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {name.removeprefix("HTTP_").replace("_", "-").lower(): value for name, value in environ.items()}
        body = body_of(environ)
        calls = list(calls_in(headers, body))
        for call in calls:
            _print(call.to_line())
        refusal = self._rights.refusal(calls)
        if refusal is not None:
            start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.0")])
            return [json.dumps({"__type": "AccessDeniedException", "message": refusal}).encode()]
        try:
            url = f"http://{headers.get('host', '')}{environ['PATH_INFO']}"
            direct = moto_direct.answer(headers, url, body)
            if direct is not None:
                start_response(str(direct.status), list(direct.headers.items()))
                return [direct.body.encode() if isinstance(direct.body, str) else direct.body]
            answer: Iterable[bytes] = self._moto(environ, start_response)
        except Exception as error:
            _print(f"{type(error).__name__}: {error}")
            raise
        return answer


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _main() -> None:
    import_moto()
    mock_random.seed()  # a fork server's processes begin with the same
    lag = IndexLag()
    change_reads(lag)
    change_writes(lag)
    follow_current()
    remember()
    gc.freeze()  # without this, stopping takes half a second
    rights = Rights()
    controls = {INDEX_LAG: lambda body: lag.set(float(body)), RIGHTS: rights.assign}
    application = Controlled(Misbehaving(Transactions(_Application(rights))), controls)
    # It ends without closing: a receive may wait for 20 seconds, and the account is deleted all the same.
    _print(str(Server(partial(answer, application)).port))
    threading.Event().wait()


if __name__ == "__main__":
    _main()
