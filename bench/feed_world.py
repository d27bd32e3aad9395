"""Containers that read the feed, writers that announce in it, and requests with tokens that were revoked.

The reader and the writer are the real ones. Containers do not disturb each other, so each is simulated by itself over
the same written history.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from bench.feed_table import Clock, History, ReaderTable, WriterTable
from gatelet.aws.feed import READ_EVERY, STALE, FeedReader, FeedWriter
from gatelet.oauth.access_token import AccessToken, VerifiedToken
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.revocation_list import KEPT, RevocationEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_800_000_150.0
"""In the middle of a partition, so that a run crosses an edge."""
WRITE_SECONDS = 0.010
REQUESTS_PER_SECOND = 2.0
"""That a container is asked besides those that try revoked tokens."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """How many containers and revocations there are, and what goes wrong."""

    name: str
    containers: int
    revocations_per_second: float
    seconds: int = 300
    skew: float = 1.0
    """Seconds by which clocks of writers and containers are ahead or behind."""
    late_share: float = 0.01
    """Of the writes, those that are stored late: an attempt was lost and repeated."""
    latest: float = 8.0
    failure_share: float = 0.0
    """Of the reads, those that fail; whoever hears of a revocation late then is tried again every 5 s."""


class Revocation(NamedTuple):
    """A token, and when the world was told that it is revoked."""

    told_at: float
    token: VerifiedToken


@dataclass(kw_only=True)
class Result:
    """What was seen in all containers of a scenario."""

    worst_lag: float = 0.0
    """Seconds between the answer to a revocation and the last request that was still let through."""
    late: int = 0
    """Requests let through 5 s after that answer, or later."""
    tried: int = 0
    """Requests with a revoked token, decided 5 s after that answer or later."""
    undecided: int = 0
    queries: int = 0
    units: int = 0
    failed: int = 0
    cold_seconds: float = 0.0
    cold_units: int = 0
    hours: float = 0.0

    @property
    def units_per_hour(self) -> float:
        """Read units that one container needs in an hour, once it is warm."""
        return self.units / self.hours


def simulate(scenario: Scenario, seed: int = 1) -> Result:
    """Run a scenario; the same seed gives the same result."""
    chance = random.Random(seed)  # noqa: S311 - a simulation must be repeatable
    history, revocations = _write(scenario, chance)
    result = Result(hours=scenario.containers * scenario.seconds / 3600)
    for _ in range(scenario.containers):
        _Container(scenario, history, random.Random(chance.random())).run(revocations, result)  # noqa: S311
    return result


def _write(scenario: Scenario, chance: random.Random) -> tuple[History, list[Revocation]]:
    """Write what an hour before the start and the run itself bring; return what is revoked during the run."""
    history, revocations = History(), []
    table = WriterTable(history)
    now = START - KEPT
    number = 0
    while (now := now + chance.expovariate(scenario.revocations_per_second)) < START + scenario.seconds:
        late = chance.uniform(0, scenario.latest) if chance.random() < scenario.late_share else 0.0
        table.stored_at = now + WRITE_SECONDS + late
        clock_ms = int((now + chance.uniform(-scenario.skew, scenario.skew)) * 1000)
        number += 1
        gid = f"grant-{number:016d}"
        FeedWriter(table, lambda clock_ms=clock_ms: clock_ms).announce(RevocationEvent(type="grant", id=gid))  # type: ignore[misc]
        if now >= START:
            revocations.append(Revocation(table.stored_at + WRITE_SECONDS, _token(gid)))
    history.sort()
    return history, revocations


class _Container:
    """One authorizer: its clock, its list, and the requests that come to it."""

    def __init__(self, scenario: Scenario, history: History, chance: random.Random) -> None:
        self._scenario = scenario
        self._chance = chance
        self._ahead = chance.uniform(-scenario.skew, scenario.skew)
        self._clock = Clock(START)
        self._table = ReaderTable(history, self._clock, chance, scenario.failure_share)
        self._reader = FeedReader(self._table, on_kid=lambda: None, on_unread=lambda: None)

    def run(self, revocations: list[Revocation], result: Result) -> None:
        """Start cold, serve every request, and add what was seen."""
        while self._decide(_token("nobody's")) is None:
            self._clock.now += 0.1
        reads = self._table.reads
        result.cold_seconds = max(result.cold_seconds, self._clock.now - START)
        result.cold_units = max(result.cold_units, reads.units)
        cold_queries, cold_units = reads.queries, reads.units
        for at, revocation in sorted(self._requests(revocations), key=itemgetter(0)):
            self._clock.now = max(self._clock.now, at)
            self._serve(revocation, result)
        result.queries += reads.queries - cold_queries
        result.units += reads.units - cold_units
        result.failed += reads.failed

    def _requests(self, revocations: list[Revocation]) -> Iterator[tuple[float, Revocation | None]]:
        """Yield the moments of requests: for each revoked token one meanwhile, and one when the 5 s are over."""
        now = START
        while (now := now + self._chance.expovariate(REQUESTS_PER_SECOND)) < START + self._scenario.seconds:
            yield now, None
        tries = 1 + (STALE // READ_EVERY if self._scenario.failure_share else 0)
        for revocation in revocations:
            yield revocation.told_at + self._chance.uniform(0, READ_EVERY), revocation
            for number in range(1, tries + 1):
                yield revocation.told_at + number * READ_EVERY, revocation

    def _serve(self, revocation: Revocation | None, result: Result) -> None:
        began = self._clock.now
        refused = self._decide(_token("nobody's") if revocation is None else revocation.token)
        if refused is None:
            result.undecided += 1
        elif revocation is not None:
            _judge(began - revocation.told_at, result, refused=refused)

    def _decide(self, token: VerifiedToken) -> bool | None:
        """Return what a request hears: refused or not; None where that cannot be known."""
        try:
            return self._reader.revokes(token, now=int(self._clock.now + self._ahead), fresh=False)
        except TemporarilyUnavailable:
            return None


def _judge(lag: float, result: Result, *, refused: bool) -> None:
    """Add a decision about a revoked token, made so long after the world was told."""
    is_due = lag >= READ_EVERY
    result.tried += is_due
    if not refused:
        result.late += is_due
        result.worst_lag = max(result.worst_lag, lag)


def _token(gid: str) -> VerifiedToken:
    claims = AccessToken(
        iss="https://auth.example",
        sub="u_alice",
        aud="https://orders.example",
        exp=int(START) + 900,
        iat=int(START) - 60,
        jti=gid,
        client_id="c_app",
        scope=("orders:read",),
        gid=gid,
    )
    return VerifiedToken(claims=claims, kid="kid")
