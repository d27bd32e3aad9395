"""Sees what browsers fetch, and what they complain of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, WebError

PATIENCE = 60_000
"""Milliseconds: the first request of a function starts it."""
LOOPBACK = ("http://127.0.0.1:", "http://localhost:")
STATUS = "Failed to load resource: the server responded with a status of 4"
"""Chromium says it of every page that is answered with a refusal: not the page's fault."""


class Witness:
    """Of every browser of one test. A test that expects a complaint takes it out of the list."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        """Errors and warnings of the console, violations of a Content-Security-Policy among them."""

    def watch(self, context: BrowserContext) -> None:
        """Begin to look."""
        context.on("request", self._fetched)
        context.on("console", self._heard)
        context.on("weberror", self._broke)

    def elsewhere(self, *origins: str) -> list[str]:
        """Return the addresses fetched that are of none of these origins."""
        return [request.url for request in self.requests if origin(request.url) not in {*origins, "data:"}]

    def _fetched(self, request: Request) -> None:
        self.requests.append(request)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(STATUS):
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _broke(self, fault: WebError) -> None:
        self.complaints.append(f"{fault.page.url if fault.page else ''}: {fault.error}")


@contextmanager
def open_browsers(chromium: Browser, issuer: str, witness: Witness) -> Iterator[Callable[..., BrowserContext]]:
    """Give what makes another browser, that is: one with cookies of its own. Options as of Browser.new_context.

    At the end no page may have complained, or fetched anything from the network.
    """
    contexts = []

    def open_browser(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=issuer, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        witness.watch(context)
        return context

    yield open_browser
    for context in contexts:
        context.close()
    assert not witness.complaints, witness.complaints
    strange = [url for url in witness.elsewhere() if url.startswith("http") and not url.startswith(LOOPBACK)]
    assert not strange, strange


def origin(url: str) -> str:
    """Return scheme, host and port. RFC 6454 §4"""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
