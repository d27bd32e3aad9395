"""A server of files at an origin of its own: another port of the issuer's host, so the same site. RFC 6454 §4"""

from __future__ import annotations

import mimetypes
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StaticSite:
    """Serves what is put into `files`, with `headers`; its folders answer with their index.html."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.home = f"{self.origin}/"
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, str] = {}

    def add(self, folder: Path) -> None:
        """Serve the files of a folder."""
        self.files.update({f"/{path.name}": path.read_bytes() for path in folder.iterdir() if path.is_file()})


@contextmanager
def static_site() -> Iterator[StaticSite]:
    """Serve a site at a free port."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.site = StaticSite(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.site
        server.shutdown()


class _Server(ThreadingHTTPServer):
    site: StaticSite


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        name = urlsplit(self.path).path
        name += "index.html" if name.endswith("/") else ""
        body = self.server.site.files.get(name)
        self.send_response(404 if body is None else 200)
        headers = {"content-type": mimetypes.guess_type(name)[0] or "text/plain", **self.server.site.headers}
        for header, value in {**headers, "content-length": str(len(body or b""))}.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""
