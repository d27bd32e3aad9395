"""The site of a client, at an origin of its own: shows that somebody arrived, and remembers what came along."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = b'<!doctype html><html lang="en"><title>Arrived</title><link rel="icon" href="data:,"><h1>Arrived</h1>'


class Arrival(NamedTuple):
    """A request that the client was sent; parameters are of the body, or of the query where there is none."""

    method: str
    path: str
    parameters: dict[str, str]


class ClientSite:
    """Where its pages are, and who arrived there, the first first."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.callback = f"{origin}/callback"
        self.bye = f"{origin}/bye"
        self.arrivals: list[Arrival] = []


@contextmanager
def client_site() -> Iterator[ClientSite]:
    """Serve the site at a free port."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.site = ClientSite(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.site
        server.shutdown()


class _Server(ThreadingHTTPServer):
    site: ClientSite


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._arrive(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._arrive(self.rfile.read(int(self.headers["content-length"])).decode())

    def _arrive(self, parameters: str) -> None:
        path, found = urlsplit(self.path).path, dict(parse_qsl(parameters, keep_blank_values=True))
        self.server.site.arrivals.append(Arrival(self.command, path, found))
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
