"""The way of containers to loopback."""

import socket
import sys
import threading
from contextlib import closing

import pytest

from local.http_message import Answer
from local.loopback import Server
from local.sam.relay import Relay, ports_in


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address only")
def test_what_comes_to_the_gateway_goes_on_to_loopback() -> None:
    """Both ways, whole, and nothing is left afterwards."""
    threads = set(threading.enumerate())
    with closing(Server(lambda request: Answer(body=request.body * 2))) as server:
        relay = Relay("127.0.0.2", server.port)
        with socket.create_connection(("127.0.0.2", server.port), 5) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc")
            got = b"".join(iter(lambda: connection.recv(4096), b""))
        with socket.create_connection(("127.0.0.2", server.port), 5):  # one that says nothing is ended as well
            relay.close()
    assert got.endswith(b"abcabc")
    assert set(threading.enumerate()) == threads


def test_the_ports_are_those_of_the_host_alone() -> None:
    """Each once; addresses of others have no part in it."""
    text = "http://here:81/x http://here:80/ http://here:81/y https://slack.com/api/ http://there:82/"
    assert ports_in(text, "here") == [80, 81]
