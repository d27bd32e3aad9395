"""The command's real surroundings: the web, and time that passes."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gatelet_cli.terminal import Terminal


class Site(BaseHTTPRequestHandler):
    """Answers GET with 200 and everything else with 405."""

    def do_GET(self) -> None:
        self._answer(200, b"{}")

    def do_OPTIONS(self) -> None:
        self._answer(405, b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def site():
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_answer_of_a_web_server_is_told_whatever_it_is(site, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    got = Terminal().fetch(site)
    assert got is not None
    assert (got.status, got.body) == (200, b"{}")
    refused = Terminal().fetch(site, "OPTIONS")
    assert refused is not None
    assert refused.status == 405


def test_silence_is_told_from_an_answer(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert Terminal().fetch("http://127.0.0.1:9/") is None


def test_waiting_takes_as_long_as_it_says():
    naps: list[float] = []
    Terminal(sleep=naps.append).wait(60, "Waiting")
    assert sum(naps) == pytest.approx(60)
