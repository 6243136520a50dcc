"""moto's server on a free port of loopback, in a process of its own: prints the port as its first line, and serves."""

import gc
import sys

from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server


class _Connection(MotoRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each call would wait 40 ms for an acknowledgement

    def log(self, *_: object) -> None:
        """Say nothing of the single calls."""


def _main() -> None:
    get_backend("cloudformation")  # imports most of what there is: now, and not during the first call
    gc.freeze()  # what is imported stays; without this the end takes half a second
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Connection)
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    _main()
