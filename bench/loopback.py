"""An HTTP server on 127.0.0.1 that keeps its connections open and asks one function for its answers."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping


class Asked(NamedTuple):
    """A request, as it came over the wire."""

    path: str
    target: str
    """X-Amz-Target; empty where it is no AWS API."""
    body: bytes

    @property
    def service(self) -> str:
        """The API, without its version."""
        return self.target.partition(".")[0].partition("_")[0].lower()

    @property
    def operation(self) -> str:
        """The operation of the API."""
        return self.target.rpartition(".")[2]


class Reply(NamedTuple):
    """An answer."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {"content-type": "application/x-amz-json-1.0"}


class Loopback(ThreadingHTTPServer):
    """One thread for each connection."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answer = answer
        self.address = f"127.0.0.1:{self.server_port}"
        self.url = f"{'https' if tls else 'http'}://{self.address}"
        if tls:
            # The handshake is left to the connection's own thread.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_: object) -> None:
        """Say nothing: a program that ends closes its connections as it likes."""

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread of this process; give the URL."""
        thread = Thread(target=self.serve_forever, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self.shutdown()
            self.server_close()


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    """An answer leaves in one piece."""

    server: Loopback

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        reply = self.server.answer(Asked(self.path, self.headers.get("x-amz-target", ""), body))
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST  # noqa: N815 - as the class above calls it

    def log_message(self, *_: object) -> None:
        """Say nothing."""
