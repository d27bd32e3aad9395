"""The world around the command: the person at the keyboard, time that passes, the web."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

TICK = 0.2
LONGEST_ANSWER = 256 * 1024
FETCH_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an HTTP server said."""

    status: int
    body: bytes


class Terminal:
    """What cannot be had in a test, and is replaced there."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def is_interactive(self) -> bool:
        """Tell whether there is somebody to ask."""
        return sys.stdin.isatty()

    def confirm(self, question: str) -> bool:
        """Ask a question that is answered with yes or no."""
        return typer.confirm(question, err=True)

    def new_password(self) -> str:
        """Ask for a password, twice."""
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True))

    def standard_input(self) -> str:
        """Read all of standard input."""
        return sys.stdin.buffer.read().decode()

    def wait(self, seconds: int, reason: str) -> None:
        """Let time pass and show how much is left."""
        from rich.console import Console  # noqa: PLC0415 - seldom needed, and takes long to import
        from rich.progress import track  # noqa: PLC0415

        ticks = range(round(seconds / TICK))
        for _ in track(ticks, description=reason, console=Console(stderr=True)):
            self._sleep(TICK)

    def fetch(self, url: str, method: str = "GET") -> Answer | None:
        """Make an HTTP request; None where nobody answers."""
        request = urllib.request.Request(url, method=method, headers={"User-Agent": "gatelet"})  # noqa: S310 - http(s), see status
        try:
            with urllib.request.urlopen(request, timeout=FETCH_SECONDS) as answer:  # noqa: S310
                return Answer(status=answer.status, body=answer.read(LONGEST_ANSWER))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(status=refusal.code, body=refusal.read(LONGEST_ANSWER))
        except OSError:
            return None
