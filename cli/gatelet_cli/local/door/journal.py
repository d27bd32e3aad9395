"""One line of JSON for each request through the door, with what the handlers logged meanwhile."""

import json
import time
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, TextIO

from ministack.services import lambda_svc

_invocations: ContextVar[list[dict[str, Any]] | None] = ContextVar("invocations", default=None)


def _entries(text: str) -> list[dict[str, Any] | str]:
    """Split what was logged into lines, and parse those that are structured."""
    entries: list[dict[str, Any] | str] = []
    for line in filter(str.strip, text.splitlines()):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = line
        entries.append(entry if isinstance(entry, dict) else line)
    return entries


def follow_invocations() -> None:
    """Have every invocation that a request causes noted beside that request."""
    emit = lambda_svc._emit_lambda_logs

    def emit_and_note(
        function: Mapping[str, Any], request_id: str, text: str, *rest: object, **options: object
    ) -> None:
        if (noted := _invocations.get()) is not None:
            name = (function.get("config") or function).get("FunctionName", "")
            noted.append({"function": name, "log": _entries(text or "")})
        emit(function, request_id, text, *rest, **options)

    lambda_svc._emit_lambda_logs = emit_and_note


class Journal:
    """Writes the requests of one door."""

    def __init__(self, output: TextIO) -> None:
        self._output: TextIO | None = output

    def begin(self) -> "Entry":
        """Start the entry of the request that the calling task serves."""
        noted: list[dict[str, Any]] = []
        _invocations.set(noted)
        return Entry(self, noted)

    def write(self, line: str) -> None:
        """Write a line, until nobody reads any more."""
        if self._output is None:
            return
        try:
            self._output.write(line + "\n")
            self._output.flush()
        except OSError:
            self._output = None


class Entry:
    """The time of one request, and the invocations it caused."""

    def __init__(self, journal: Journal, invocations: list[dict[str, Any]]) -> None:
        self._journal = journal
        self._invocations = invocations
        self.id = uuid.uuid4().hex
        self._time = time.time()
        self._began = time.perf_counter()

    def end(self, method: str, path: str, status: int) -> None:
        """Write what became of the request."""
        took = round((time.perf_counter() - self._began) * 1000)
        self._journal.write(
            json.dumps(
                {
                    "id": self.id,
                    "time": self._time,
                    "method": method,
                    "path": path,
                    "status": status,
                    "ms": took,
                    "invocations": self._invocations,
                }
            )
        )
