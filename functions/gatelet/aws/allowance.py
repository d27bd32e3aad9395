"""The limits table: what a client has taken of its requests of this minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws.connection import UNREADABLE
from gatelet.aws.table import Conflict
from gatelet.oauth.errors import TooManyRequests

if TYPE_CHECKING:
    from gatelet.aws.table import Table

WINDOW = 60
"""Seconds; what is allowed is allowed anew in each window."""
LEASE = 50
"""Requests that a container may let through after one write."""
PER_MINUTE = 600
"""Requests in leases that all containers together give to one client."""
MOST_CLIENTS = 1024


class Allowance:
    """Implements `gatelet.oauth.limit.Allowance`: the requests of a minute, in leases.

    A container gives its first lease of a minute for nothing and asks for every further one by a
    conditional write, so that a client that asks little costs no call, and one that floods costs a
    write for fifty requests. What is guarded is work, no secret: where the table does not answer, the
    request is let through.
    """

    def __init__(self, table: Table, kind: str) -> None:
        self._table = table
        self._kind = kind
        self._window = 0
        self._left: dict[str, int] = {}

    def take(self, client_id: str, now: int) -> None:
        """Take one request. Raises TooManyRequests with the seconds until the next window."""
        if now // WINDOW != self._window or len(self._left) >= MOST_CLIENTS:
            self._window = now // WINDOW
            self._left = {}
        left = self._left.get(client_id, LEASE) or self._lease(client_id, now)
        self._left[client_id] = left - 1

    def _lease(self, client_id: str, now: int) -> int:
        try:
            self._table.update(
                f"{self._kind}#{client_id}",
                f"WINDOW#{self._window}",
                "SET #taken = if_not_exists(#taken, :none) + :lease, #ttl = :ttl",
                condition="attribute_not_exists(#pk) OR #taken < :most",
                none=0,
                lease=LEASE,
                most=PER_MINUTE,
                ttl=now + 2 * WINDOW,
            )
        except Conflict:
            raise TooManyRequests("too many requests in this minute", retry_after=WINDOW - now % WINDOW) from None
        except UNREADABLE:
            return 1
        return LEASE
