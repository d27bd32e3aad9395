"""What a container remembers between requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Values that were loaded less than `seconds` ago, `most` of them, the oldest forgotten first.

    The age is that of the wall clock: a frozen container must not think that no time went by.
    """

    def __init__(self, *, seconds: int, most: int = 1024) -> None:
        self._seconds = seconds
        self._most = most
        self._entries: dict[Hashable, tuple[int, Value]] = {}

    def get(self, key: Hashable, now: int, load: Callable[[], Value | None]) -> Value | None:
        """Return the remembered value or load it; None is not remembered."""
        entry = self._entries.get(key)
        if entry is not None and 0 <= now - entry[0] < self._seconds:
            return entry[1]
        value = load()
        self._entries.pop(key, None)
        if value is not None:
            if len(self._entries) >= self._most:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = (now, value)
        return value
