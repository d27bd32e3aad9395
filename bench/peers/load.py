"""A closed loop over loopback HTTP: each connection asks again as soon as it is answered."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OK = b"200"
END_OF_HEAD = b"\r\n\r\n"


class Talk:
    """What one connection asks, again and again; a new refresh token takes the place of the old one."""

    def __init__(self, request: Callable[[str], bytes], token: str = "") -> None:
        self._request = request
        self._token = token
        self.answers: list[bytes] = []

    def request(self) -> bytes:
        """Return the next request."""
        return self._request(self._token)

    def hear(self, body: bytes) -> None:
        """Keep an answer; it is looked at when the round is over."""
        self.answers.append(body)
        self._token = json.loads(body).get("refresh_token", self._token)


class Line:
    """One connection; opened anew where the server closes it, as gunicorn's ordinary worker does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def exchange(self, request: bytes) -> bytes:
        """Send a request and return the body of its answer. Raises RuntimeError for any status but 200."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=10)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        head, body = _receive(self._socket)
        if b"connection: close" in head.lower():
            self.close()
        if head.split(b" ", 2)[1] != OK:
            raise RuntimeError(f"refused: {head!r} {body!r}")
        return body

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def load(port: int, talks: Sequence[Talk], count: int) -> None:
    """Ask `count` times in all."""
    with ThreadPoolExecutor(len(talks)) as threads:
        for _ in threads.map(lambda talk: _converse(port, talk, count // len(talks)), talks):
            pass


def _converse(port: int, talk: Talk, count: int) -> None:
    line = Line(port)
    for _ in range(count):
        talk.hear(line.exchange(talk.request()))
    line.close()


def _receive(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while END_OF_HEAD not in received:
        received += _piece(connection)
    head, _, body = received.partition(END_OF_HEAD)
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    while len(body) < int(length):
        body += _piece(connection)
    return head, body


def _piece(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise RuntimeError("the server hung up in the middle of an answer")
    return piece
