"""The HTTP server's socket."""

import socket

from fastapi import FastAPI

from shared.platform.http.server import HttpServer
from shared.platform.http.settings import HttpSettings


def test_an_answer_in_two_parts_does_not_wait_for_the_clients_acknowledgement_of_the_first() -> None:
    server = HttpServer(FastAPI(), HttpSettings(port=0))
    port = server.bind()
    assert server._socket is not None
    with server._socket as listening, socket.create_connection(("127.0.0.1", port)):
        listening.settimeout(5)
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), (
                "or each answer takes 40 ms more on asyncio's own loop"
            )
