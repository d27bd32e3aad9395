"""AWS at an address of this machine: the functions reach it through sockets, as AWS_ENDPOINT_URL tells them to."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from gatelet.aws.channel import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.aws_wire import AwsWire


@contextmanager
def loopback_aws(wire: AwsWire) -> Iterator[str]:
    """Serve what stands behind a wire, and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            body = self.rfile.read(int(self.headers["content-length"]))
            service = self.headers["authorization"].split("/")[3]
            try:
                answer = wire.carry(Request(headers, body), f"{service}.us-east-1.amazonaws.com")
            except OSError:  # a fault of the wire: the connection ends without an answer
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name not in {"content-length", "date", "server"}:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
