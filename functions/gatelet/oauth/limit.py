"""How often may somebody be wrong, or make work for others, before having to wait. RFC 6819 §5.1.4.2.3, RFC 6585 §4"""

from __future__ import annotations

from typing import Protocol


class Attempts(Protocol):
    """Counts guesses. Both methods raise TemporarilyUnavailable when they cannot answer."""

    def count(self, key: str, now: int, *, free: int) -> None:
        """Count one guess before it is looked at; the first `free` wait for nothing. Raises TooManyAttempts."""

    def give_back(self, key: str, now: int) -> None:
        """Take one guess back: it was right."""


class Allowance(Protocol):
    """How many requests of one kind a client may make in a minute."""

    def take(self, client_id: str, now: int) -> None:
        """Take one. Raises TooManyRequests when none are left."""
