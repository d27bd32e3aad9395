"""The time that requests are signed with: a container's own, corrected by AWS where that refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NOTICEABLE = 60
"""Seconds; AWS bears five minutes."""


class SigningClock:
    """Epoch seconds; a container that was frozen for long may wake with a wrong clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._skew = 0.0

    def now(self) -> float:
        """Return the time that AWS should have."""
        return self._clock() + self._skew

    def correct(self, date: str) -> bool:
        """Take over the time of a Date header, and tell whether that changed anything. RFC 9110 §6.6.1"""
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - seldom needed, and slow to import

        try:
            skew = parsedate_to_datetime(date).timestamp() - self._clock()
        except ValueError:
            return False
        if abs(skew - self._skew) < NOTICEABLE:
            return False
        self._skew = skew
        return True
