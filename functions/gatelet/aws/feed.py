"""The feed table: revocations in partitions of five minutes, written once and never changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gatelet.aws.connection import UNREADABLE
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.revocation_list import KEPT, RevocationEvent, RevocationList

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.aws.table import Table
    from gatelet.oauth.access_token import VerifiedToken

PARTITION = 300
"""Seconds."""
READ_EVERY = 5
OVERLAP = 15
"""Seconds before the last read that are read again: writers' clocks differ, and writes arrive late."""
STALE = 60
"""Seconds without a successful read after which nothing can be decided."""


class FeedWriter:
    """Implements `gatelet.oauth.revocation_list.RevocationFeed` by one `PutItem` an event."""

    def __init__(self, table: Table, now_ms: Callable[[], int]) -> None:
        self._table = table
        self._now_ms = now_ms

    def announce(self, event: RevocationEvent) -> None:
        """Put an event under the present moment."""
        now_ms = self._now_ms()
        not_before = {} if event.not_before is None else {"not_before": event.not_before}
        self._table.put(
            {
                "pk": _partition(now_ms // 1000),
                "sk": f"{now_ms:013d}#{os.urandom(8).hex()}",
                "type": event.type,
                "id": event.id,
                **not_before,
                "ttl": now_ms // 1000 + KEPT,
            }
        )


class FeedReader:
    """Implements `gatelet.oauth.protected_resource.Revocations`.

    A request that finds the list older than 5 s reads what is new; between those, none costs a call.
    Ages are the wall clock's: a container may have been frozen.
    """

    def __init__(self, table: Table, *, on_kid: Callable[[], None], on_unread: Callable[[], None]) -> None:
        """`on_kid` is called when a signing key was revoked, `on_unread` when a read failed."""
        self._table = table
        self._on_kid = on_kid
        self._on_unread = on_unread
        self._list = RevocationList()
        self._read_at: int | None = None
        self._tried_at: int | None = None
        self._beginning: tuple[int, set[int]] | None = None

    def revokes(self, token: VerifiedToken, *, now: int, fresh: bool) -> bool:
        """Tell whether a token is revoked. Raises TemporarilyUnavailable where that cannot be known."""
        if fresh or self._is_due(now):
            self.read(now, required=fresh)
        if self._read_at is None or abs(now - self._read_at) >= STALE:
            raise TemporarilyUnavailable("the revocation feed has not been read for 60 s")
        return self._list.revokes(token)

    def _is_due(self, now: int) -> bool:
        return self._tried_at is None or self._read_at is None or not 0 <= now - self._tried_at < READ_EVERY

    def read(self, now: int, *, required: bool = False) -> None:
        """Read what is new. A failure is borne where there is a list already, unless `required`.

        Raises TemporarilyUnavailable.
        """
        self._tried_at = now
        try:
            self._read_news(now)
        except UNREADABLE as error:
            self._on_unread()
            if required or self._read_at is None:
                raise TemporarilyUnavailable(f"the revocation feed cannot be read: {error}") from None

    def _read_news(self, now: int) -> None:
        if self._read_at is not None and 0 <= now - self._read_at <= KEPT:
            self._read_partitions(self._read_at - OVERLAP, now, set())
            self._read_at = now
        else:
            self._read_everything(now)
        self._list.forget_old(now)

    def _read_everything(self, now: int) -> None:
        """Read all that may matter, the latest first; what one request did not finish, the next goes on with."""
        if self._beginning is None or not 0 <= now - self._beginning[0] < STALE:
            self._beginning = (now, set())
        began_at, done = self._beginning
        self._read_partitions(began_at - KEPT, began_at, done)
        self._beginning = None
        self._read_at = began_at
        if now - began_at >= READ_EVERY:
            self._read_partitions(began_at - OVERLAP, now, set())
            self._read_at = now

    def _read_partitions(self, since: int, now: int, done: set[int]) -> None:
        for start in reversed(range(since - since % PARTITION, now + OVERLAP, PARTITION)):
            if start in done:
                continue
            for item in self._table.query(_partition(start), after=f"{since * 1000:013d}"):
                self._add(item, now)
            done.add(start)

    def _add(self, item: dict[str, Any], now: int) -> None:
        event = RevocationEvent(type=item["type"], id=item["id"], not_before=item.get("not_before"))
        if self._list.add(event, now) and event.type == "kid":
            self._on_kid()


def _partition(seconds: int) -> str:
    return f"FEED#{seconds // PARTITION}"
