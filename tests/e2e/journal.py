"""Every request that the stack has answered, with what its functions logged."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from gatelet_cli.local.traffic import entries, log_lines
from tests.e2e.concurrency import eventually

if TYPE_CHECKING:
    import requests

    from gatelet_cli.local.stack import LocalStack

REQUEST_ID = "apigw-requestid"


class Journal:
    """Reads what the emulator's door writes, so that it never waits for a reader."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._entries: dict[str, dict[str, Any]] = {}
        self._handlers: dict[str, str] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for entry in entries(self._stack.emulator.journal):
            self._entries[entry["id"]] = entry

    def of(self, answer: requests.Response) -> dict[str, Any]:
        """Return the entry of the request with this answer."""
        number = answer.headers[REQUEST_ID]
        return eventually(lambda: self._entries.get(number), within=5)

    def log_lines(self, answer: requests.Response) -> list[dict[str, Any]]:
        """Return what the functions logged for this answer; metrics are not among it."""
        return list(log_lines(self.of(answer)))

    def handler_of(self, answer: requests.Response) -> str:
        """Return the handler of the one function that gave this answer."""
        (invocation,) = self.of(answer)["invocations"]
        name = invocation["function"]
        if name not in self._handlers:
            functions = self._stack.emulator.session.client("lambda")
            self._handlers[name] = functions.get_function_configuration(FunctionName=name)["Handler"]
        return self._handlers[name]
