"""The limits table: how often was guessed, and how long until the next guess."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from gatelet.aws.table import Conflict
from gatelet.oauth.errors import TooManyAttempts

if TYPE_CHECKING:
    from gatelet.aws.table import Table

WINDOW = 3600
"""Seconds; a counter starts anew with each window."""
DELAYS = (1, 2, 4, 8, 16, 32, 60)
"""Seconds to wait after each further guess; the last one from then on, never for ever."""

_TIERS = " OR ".join(f"(#tries < :tries{i} AND #at <= :at{i})" for i in range(len(DELAYS) - 1))
MAY_GUESS = f"attribute_not_exists(#pk) OR #tries < :free OR {_TIERS} OR #at <= :last"


class Attempts:
    """Implements `gatelet.oauth.limit.Attempts` by one conditional write a guess.

    The condition holds the whole rule, so that a hundred guesses at once are counted like a hundred
    in a row.
    """

    def __init__(self, table: Table, kind: str) -> None:
        self._table = table
        self._kind = kind

    def count(self, key: str, now: int, *, free: int) -> None:
        """Count one guess. Raises TooManyAttempts with the seconds to wait."""
        tiers: dict[str, Any] = {f"tries{i}": free + i + 1 for i in range(len(DELAYS) - 1)}
        times: dict[str, Any] = {f"at{i}": now - delay for i, delay in enumerate(DELAYS[:-1])}
        pk, sk = self._key(key, now)
        attempt = secrets.token_hex(8)
        try:
            self._table.update(
                pk,
                sk,
                "SET #tries = if_not_exists(#tries, :none) + :one, #at = :now, #ttl = :ttl, #attempt = :attempt",
                condition=MAY_GUESS,
                none=0,
                one=1,
                now=now,
                attempt=attempt,
                ttl=now + 2 * WINDOW,
                free=free,
                last=now - DELAYS[-1],
                **tiers,
                **times,
            )
        except Conflict as conflict:
            if conflict.item and conflict.item.get("attempt") == attempt:
                return  # our own write, whose answer was lost
            item = conflict.item or {"tries": free, "at": now}
            wait = _wait(item["tries"] - free, now - item["at"])
            raise TooManyAttempts("too many guesses", retry_after=wait) from None

    def give_back(self, key: str, now: int) -> None:
        """Take one guess back."""
        try:
            self._table.update(*self._key(key, now), "SET #tries = #tries - :one", condition="#tries >= :one", one=1)
        except Conflict:
            return

    def _key(self, key: str, now: int) -> tuple[str, str]:
        return f"{self._kind}#{key}", f"WINDOW#{now // WINDOW}"


def _wait(excess: int, since: int) -> int:
    return max(1, DELAYS[min(max(excess, 0), len(DELAYS) - 1)] - since)
