"""Requests that are timed, and counted by how they ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import requests

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

BUSY = (429, 503)
"""The server asks for patience: neither a success nor a fault."""
UNANSWERED = 0
PATIENCE = 30
"""Seconds until a request counts as not answered: the emulator starts a process for each request at the same time."""


class Call(NamedTuple):
    """One request as its sender saw it."""

    operation: str
    began: float
    seconds: float
    status: int


class Wire(requests.Session):
    """A session that writes down every request, whoever makes it."""

    def __init__(self, calls: list[Call]) -> None:
        super().__init__()
        self.trust_env = False  # no proxy between two ends of one machine
        self._calls = calls

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        """Send a request and take its time until the body is there."""
        began = time.monotonic()
        status = UNANSWERED
        try:
            answer = super().send(request, **{**options, "timeout": PATIENCE})
            status = answer.status_code
        finally:
            self._calls.append(Call(operation(request), began, time.monotonic() - began, status))
        return answer


def operation(request: PreparedRequest) -> str:
    """Name what a request asks for: its path, of a token request the grant."""
    whole = urlsplit(str(request.url)).path
    path = "metadata" if whole.startswith("/.well-known/") else whole.rpartition("/")[2]
    if path != "token":
        return f"{request.method} {path}" if path == "authorize" else path
    (grant_type,) = parse_qs(str(request.body))["grant_type"]
    return grant_type
