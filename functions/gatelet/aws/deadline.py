"""The deadline of a request: no attempt of a call starts that could end after it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ATTEMPTS = 3
MARGIN = 0.1
"""Seconds between the decision to call and the call."""
CALL_SHARES = (1 / 8, 1 / 4)
"""The parts of the deadline that one attempt may take to connect and to read: of 8 s, 1 s and 2 s."""


class DeadlinePassed(Exception):
    """No whole attempt fits into what is left of the request's time."""


class Deadline:
    """What is left of a request's time; a request is answered in it whatever AWS does."""

    def __init__(self, seconds: float, connect_share: float, read_share: float, monotonic: Callable[[], float]) -> None:
        self.connect_timeout = seconds * connect_share
        self.read_timeout = seconds * read_share
        self._seconds = seconds
        self._attempt = self.connect_timeout + self.read_timeout
        self._monotonic = monotonic
        self._ends_at = monotonic() + seconds

    def start(self) -> None:
        """Give the calls that follow a fresh deadline."""
        self._ends_at = self._monotonic() + self._seconds

    @contextmanager
    def one_attempt(self) -> Iterator[None]:
        """Leave time for one attempt to the calls within, and the rest of it to those that follow."""
        ends_at = self._ends_at
        self._ends_at = min(ends_at, self._monotonic() + self._attempt + MARGIN)
        try:
            yield
        finally:
            self._ends_at = ends_at

    def require_attempt(self, *, after: float = 0.0) -> None:
        """Require that a whole attempt fits in, after a pause of some seconds. Raises DeadlinePassed."""
        if self._monotonic() + after + self._attempt > self._ends_at:
            raise DeadlinePassed
