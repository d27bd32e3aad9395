"""A server on this machine that answers with exactly the bytes that it is told to."""

from __future__ import annotations

import json
import socket
import threading
from binascii import crc32
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable
    from types import TracebackType

JSON = {"content-type": "application/x-amz-json-1.0"}


class Reply(NamedTuple):
    """The bytes of an answer, and whether the connection ends with them."""

    data: bytes
    closes: bool = False


HANG_UP = Reply(b"", closes=True)
SILENCE = Reply(b"")


def reply(status: int = 200, body: object = None, headers: dict[str, str] | None = None, **more: Any) -> Reply:
    """Make a whole answer; a body that is no bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    lines = {**JSON, "content-length": str(len(data)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Reply(f"HTTP/1.1 {status} Any\r\n{head}\r\n".encode() + data, **more)


def error(status: int, code: str, headers: dict[str, str] | None = None, **members: Any) -> Reply:
    """Make an error as AWS answers it."""
    return reply(status, {"__type": f"com.amazonaws.any#{code}", "message": "no", **members}, headers)


def summed(body: object, checksum: int | None = None) -> Reply:
    """Make an answer with a checksum, a right one unless it is given."""
    data = json.dumps(body).encode()
    return reply(200, data, {"x-amz-crc32": str(crc32(data) if checksum is None else checksum)})


class Received(NamedTuple):
    """A request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class StubAws:
    """Answers one request after the other with what it is given, the last of it again and again."""

    def __init__(self, *replies: Reply, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.on_request: Callable[[], object] = lambda: None
        self._replies = list(replies)
        self._tls = tls
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for opened in (self._server, *self._open):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def will(self, replies: Iterable[Reply]) -> None:
        """Answer with these from now on, and forget what has come."""
        self._replies = list(replies)
        self.requests.clear()

    def hang_up(self) -> None:
        """Close every connection that is open, as AWS does with idle ones."""
        for opened in self._open:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        with suppress(OSError, KeyError):
            connection = self._tls.wrap_socket(accepted, server_side=True) if self._tls else accepted
            self._open.append(connection)
            with connection, connection.makefile("rb") as stream:
                while stream.readline():
                    headers = dict(self._headers(stream))
                    self.requests.append(Received(headers, stream.read(int(headers["content-length"]))))
                    self.on_request()
                    answer = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
                    connection.sendall(answer.data)
                    if answer.closes:
                        connection.shutdown(socket.SHUT_RDWR)
                        return

    @staticmethod
    def _headers(stream: Any) -> Iterable[tuple[str, str]]:
        while line := stream.readline().strip().decode("latin-1"):
            name, _, value = line.partition(": ")
            yield name.lower(), value
