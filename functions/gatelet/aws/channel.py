"""One kept-alive connection to a service, and HTTP/1.1 as far as its JSON protocol uses it. RFC 9112

`http.client` costs four times the instructions of this a call, and the import of `email`.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from typing import TYPE_CHECKING, NamedTuple

from gatelet.aws.http_answer import AnswerReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gatelet.aws.http_answer import Answer
    from gatelet.aws.service import Endpoint

PIECE = 65_536
SHORTEST = 0.001
"""Seconds; a timeout of 0 would mean not to wait at all."""


class Request(NamedTuple):
    """A signed POST; `headers` are complete but for Content-Length."""

    headers: Sequence[tuple[str, str]]
    body: bytes


class Channel:
    """Sends one request after the other, and opens the connection anew where it was closed.

    Every failure is an OSError, after which nothing of the connection is left: an answer that was not
    waited for must never be taken for that of the next request.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        connect_timeout: float,
        read_timeout: float,
        tls: Callable[[], ssl.SSLContext],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._tls = tls
        self._monotonic = monotonic
        self._socket: socket.socket | None = None

    def exchange(self, request: Request) -> Answer:
        """Send a request and wait for its answer. Raises OSError."""
        try:
            connection = self._open()
            self._send(connection, request)
            return self._receive(connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, connection: socket.socket, request: Request) -> None:
        connection.settimeout(self._read_timeout)
        lines = "".join([f"{name}: {value}\r\n" for name, value in request.headers])
        head = f"POST / HTTP/1.1\r\n{lines}content-length: {len(request.body)}\r\n\r\n"
        connection.sendall(head.encode() + request.body)

    def _receive(self, connection: socket.socket) -> Answer:
        """Read an answer, however many pieces it comes in, within the time for it."""
        reader = AnswerReader()
        ends_at = self._monotonic() + self._read_timeout
        while not reader.feed(connection.recv(PIECE)):
            connection.settimeout(max(ends_at - self._monotonic(), SHORTEST))
        if not reader.is_kept:
            self.close()
        return reader.answer()

    def _open(self) -> socket.socket:
        if self._socket is not None and not self._is_open(self._socket):
            self.close()
        if self._socket is None:
            self._socket = self._connect()
        return self._socket

    @staticmethod
    def _is_open(connection: socket.socket) -> bool:
        """Tell whether an idle connection is still good: nothing may have come in, its end least of all.

        Of what the system holds nothing, TLS holds nothing either: an answer was taken with its last record.
        To ask TLS takes an exception to hear no, and three times the time of this; it is asked where something
        came, which may be a session ticket.
        """
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        if not poll.poll(0):
            return True
        connection.settimeout(0)
        try:
            connection.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def _connect(self) -> socket.socket:
        """Connect, and shake hands, within the time for it, whatever number of addresses the name has."""
        ends_at = self._monotonic() + self._connect_timeout
        name, port, is_tls = self._endpoint
        host = name.encode()  # a str would be spelled in IDNA, whose tables cost a cold start 6 million instructions
        failure = OSError("the name has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            left = ends_at - self._monotonic()
            if left <= 0:
                break
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(left)
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if is_tls:
                    connection.settimeout(max(ends_at - self._monotonic(), SHORTEST))
                    return self._tls().wrap_socket(connection, server_hostname=host)
            except OSError as error:
                connection.close()
                failure = error
            except BaseException:
                connection.close()
                raise
            else:
                return connection
        raise failure
