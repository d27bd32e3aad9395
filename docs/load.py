"""The table of docs/scaling.md: what a load asks of AWS, from the counted calls of each operation."""  # noqa: INP001

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from gatelet.aws.feed import OVERLAP, READ_EVERY
from gatelet_cli.costs import estimate, month
from gatelet_cli.costs.bill import GATEWAY_LOG_BYTES, PLATFORM_LOG_BYTES, bill_for, milliseconds
from gatelet_cli.costs.operations import AUTHORIZED_CALL, AUTHORIZER, REFRESH, SIGN_IN, Operation, Step
from gatelet_cli.costs.prices import price_list

RATES = (10, 1_000, 100_000)
SHARE_OF_REFRESHES = 0.05
SHARE_OF_SIGN_INS = 0.002
"""Each of five requests."""
SHARE_OF_REVOCATIONS = 0.001
RUNNING_PER_BUSY = 3
EVENT_BYTES = 90
UNIT_BYTES = 4096
RPS_PER_CONCURRENCY = 10


@dataclass(frozen=True)
class Load:
    """Requests per second of one kind of traffic: 94 % calls, 5 % refreshes, 1 % sign-ins."""

    rate: int

    @property
    def operations(self) -> dict[Operation, float]:
        """Operations per second."""
        sign_ins = self.rate * SHARE_OF_SIGN_INS
        refreshes = self.rate * SHARE_OF_REFRESHES
        calls = self.rate - refreshes - sign_ins * len(SIGN_IN.steps)
        return {AUTHORIZED_CALL: calls, REFRESH: refreshes, SIGN_IN: sign_ins}

    @property
    def revocations(self) -> float:
        """Revocations per second."""
        return self.rate * SHARE_OF_REVOCATIONS

    def steps(self) -> list[tuple[Step, float]]:
        """Return invocations with how often each happens in a second."""
        return [(step, rate) for operation, rate in self.operations.items() for step in operation.steps]

    def busy(self, function: str) -> float:
        """Return the containers of a function that work at the same time."""
        return sum(rate * milliseconds(step) / 1000 for step, rate in self.steps() if step.function == function)

    def running(self, function: str) -> int:
        """Return the containers of a function that are there."""
        return math.ceil(self.busy(function) * RUNNING_PER_BUSY)

    def calls(self) -> Counter[str]:
        """Return how often each call is made in a second, the feed's aside."""
        counted: Counter[str] = Counter()
        for step, rate in self.steps():
            for call in step.calls:
                counted[call] += rate  # type: ignore[assignment]
        return counted

    def units(self, table: str, *operations: str) -> float:
        """Return units per second of a table."""
        return sum(rate for call, rate in self.calls().items() if call in {f"{name} {table}" for name in operations})

    def feed_units(self) -> float:
        """Return the read units per second of all authorizers together."""
        of_a_read = math.ceil((OVERLAP + READ_EVERY) * self.revocations * EVENT_BYTES / UNIT_BYTES)
        return self.running(AUTHORIZER) / READ_EVERY * max(1, of_a_read)

    def secret_reads(self) -> float:
        """Return the reads per second of both secrets."""
        signing, grant = month.SECRETS_READ_EVERY
        return self.running("token") / signing + (self.running("token") + self.running("authorize")) / grant

    def log_bytes(self) -> float:
        """Return what is logged in a second."""
        return sum(
            rate * (step.log_bytes + PLATFORM_LOG_BYTES + (GATEWAY_LOG_BYTES if step.is_behind_the_api else 0))
            for step, rate in self.steps()
        )

    def dollars(self) -> float:
        """Return what the requests of a month cost."""
        prices = price_list().prices
        return (
            sum(bill_for(operation, prices).total * rate for operation, rate in self.operations.items()) * month.SECONDS
        )


def loads() -> str:
    """Return the table."""
    loads = [Load(rate) for rate in RATES]
    writes = ("PutItem", "UpdateItem", "DeleteItem")
    reads = ("GetItem", "Query")
    rows: list[tuple[str, list[float]]] = [
        ("calls of protected routes", [load.operations[AUTHORIZED_CALL] for load in loads]),
        ("refreshes", [load.operations[REFRESH] for load in loads]),
        ("sign-ins", [load.operations[SIGN_IN] for load in loads]),
        ("revocations", [load.revocations for load in loads]),
        ("requests to Gatelet's own API", [load.rate - load.operations[AUTHORIZED_CALL] for load in loads]),
        *(
            (f"`{function}`: containers at work", [load.busy(function) for load in loads])
            for function in (AUTHORIZER, "token", "authorize")
        ),
        ("Lambda concurrency that the rate asks for", [load.rate / RPS_PER_CONCURRENCY for load in loads]),
        ("table grants: write units", [load.units("grants", *writes) for load in loads]),
        ("table grants: read units", [load.units("grants", *reads) for load in loads]),
        ("table directory: read units", [load.units("directory", *reads) for load in loads]),
        ("table limits: write units", [load.units("limits", *writes) for load in loads]),
        ("table feed: write units", [load.revocations for load in loads]),
        ("table feed: read units", [load.feed_units() for load in loads]),
        ("Secrets Manager: reads", [load.secret_reads() for load in loads]),
        ("logs, KB", [load.log_bytes() / 1000 for load in loads]),
    ]
    return "\n".join(
        [
            "| per second | " + " | ".join(f"{rate:,} requests" for rate in RATES) + " |",
            "| --- |" + " ---: |" * len(RATES),
            *(f"| {name} | " + " | ".join(map(_number, numbers)) + " |" for name, numbers in rows),
            "| **dollars per month for the requests** | "
            + " | ".join(estimate.dollars(round(load.dollars())).removesuffix(".00") for load in loads)
            + " |",
            "",
        ]
    )


def _number(number: float) -> str:
    if number >= 10:  # noqa: PLR2004
        return f"{number:,.0f}"
    return f"{number:.2g}"
