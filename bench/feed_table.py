"""The feed table as a simulation has it: strongly consistent, under a clock that moves only when told."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from gatelet.aws.table import Table
from gatelet.oauth.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

PAGE_BYTES = 1_000_000
"""DynamoDB answers a Query with up to 1 MB."""
UNIT_BYTES = 4096
"""A strongly consistent read unit."""
SECONDS_PER_MEGABYTE = 0.05
FAILED_READ_SECONDS = 0.5


class Row(NamedTuple):
    """One item, and the moment at which it was stored."""

    sk: str
    stored_at: float
    size: int
    item: dict[str, Any]


@dataclass
class Clock:
    """True time, in seconds."""

    now: float = 0.0


@dataclass
class Reads:
    """What was read, and what it costs."""

    queries: int = 0
    units: int = 0
    failed: int = 0


class History:
    """Every item ever written, under its partition, in the order of its sort key."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = defaultdict(list)

    def store(self, item: dict[str, Any], stored_at: float) -> None:
        """Add an item that is there from a moment on."""
        self._rows[item["pk"]].append(Row(item["sk"], stored_at, _bytes(item), item))

    def sort(self) -> None:
        """Put everything in order, once all is written."""
        for rows in self._rows.values():
            rows.sort(key=itemgetter(0))

    def after(self, pk: str, sk: str) -> list[Row]:
        """Return what lies in a partition above a sort key."""
        rows = self._rows.get(pk, [])
        return rows[bisect_right(rows, sk, key=lambda row: row.sk) :]


class WriterTable(Table):
    """What writes go into: stored as late as the simulation says."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.stored_at = 0.0

    def put(self, item: dict[str, Any], *, condition: str = "", **values: object) -> None:
        """Store an item."""
        del condition, values
        self._history.store(item, self.stored_at)


@dataclass
class ReaderTable(Table):
    """What one container reads; time passes for it with every page."""

    history: History
    clock: Clock
    random: random.Random
    failure_share: float = 0.0
    reads: Reads = field(default_factory=Reads)

    def query(self, pk: str, *, after: str = "") -> Iterator[dict[str, Any]]:
        """Read a partition page by page, each as it stands when the page is made."""
        while True:
            self._wait()
            page, after_page, size = self._page(pk, after)
            self.clock.now += size / 1_000_000 * SECONDS_PER_MEGABYTE
            self.reads.units += max(1, -(-size // UNIT_BYTES))
            yield from page
            if after_page is None:
                return
            after = after_page

    def _wait(self) -> None:
        self.reads.queries += 1
        if self.random.random() < self.failure_share:
            self.reads.failed += 1
            self.clock.now += FAILED_READ_SECONDS
            raise TemporarilyUnavailable("query: simulated")
        self.clock.now += self.random.uniform(0.003, 0.010)

    def _page(self, pk: str, after: str) -> tuple[list[dict[str, Any]], str | None, int]:
        page: list[dict[str, Any]] = []
        size = 0
        for row in self.history.after(pk, after):
            if row.stored_at > self.clock.now:
                continue
            page.append(row.item)
            size += row.size
            if size >= PAGE_BYTES:
                return page, row.sk, size
        return page, None, size


def _bytes(item: dict[str, Any]) -> int:
    """Return what DynamoDB counts: names and texts as UTF-8, a number by its digits."""
    return sum(len(name) + (len(value) if isinstance(value, str) else 6) for name, value in item.items())
