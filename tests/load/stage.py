"""So many clients at once, for so long; then the proof that nothing was lost or doubled."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.load.caller import Caller
from tests.load.ledger import Ledger
from tests.load.proof import Proof
from tests.load.visitor import Visitor

if TYPE_CHECKING:
    from gatelet_cli.local.stack import LocalStack
    from tests.e2e.store import Store
    from tests.load.population import Population
    from tests.load.proof import Evidence
    from tests.load.wire import Call


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Where a stage ends, whichever comes first."""

    warm_up: float
    """Seconds of traffic that is proved, but not timed."""
    seconds: float
    requests: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a stage has shown."""

    clients: int
    calls: list[Call]
    """Those of the whole stage; the proof's own are not among them."""
    measured_from: float
    measured_until: float
    evidence: Evidence
    faults: list[str]


def run_stage(clients: int, bounds: Bounds, population: Population, stack: LocalStack, store: Store) -> Result:
    """Run one stage."""
    ledger = Ledger()
    calls: list[Call] = []

    def caller(written_to: list[Call]) -> Caller:
        resource = stack.demonstration.resource.url
        return Caller(stack.issuer, resource, population.gatekeeper, ledger, written_to)

    members = enumerate(population.members[:clients])
    visitors = [Visitor(number, member, caller(calls), ledger) for number, member in members]
    began = time.monotonic()
    interrupted = threading.Event()

    def lasts() -> bool:
        in_time = time.monotonic() < began + bounds.warm_up + bounds.seconds
        return in_time and len(calls) < bounds.requests and not interrupted.is_set()

    with ThreadPoolExecutor(clients) as threads:
        visits = [threads.submit(visitor.visit, lasts) for visitor in visitors]
        try:
            wait(visits)
        except KeyboardInterrupt:
            interrupted.set()
            raise
    ended = time.monotonic()
    ledger.faults += [f"a client gave up: {fault!r}" for visit in visits if (fault := visit.exception())]
    evidence = Proof(ledger, caller([]), store).prove()
    return Result(
        clients=clients,
        calls=calls,
        measured_from=min(began + bounds.warm_up, ended),
        measured_until=ended,
        evidence=evidence,
        faults=ledger.faults,
    )
