"""How late a revocation is noticed, and what that costs: `.venv/bin/python -m bench.feed_simulation`.

Prints the table of docs/scaling.md; the same numbers each time, for nothing in it depends on the machine.
"""

from __future__ import annotations

from bench.feed_world import Result, Scenario, simulate
from gatelet_cli.costs.prices import price_list

MONTH = 730
"""Hours."""
COLUMNS = (
    "scenario",
    "containers",
    "revocations per second",
    "latest request let through",
    "in time",
    "read units per container and hour",
    "$ per container and month",
    "cold start",
)
SCENARIOS = (
    Scenario(name="quiet", containers=50, revocations_per_second=0.1),
    Scenario(name="busy", containers=30, revocations_per_second=1),
    Scenario(name="a mass logout", containers=4, revocations_per_second=10),
    Scenario(name="beyond what is meant", containers=1, revocations_per_second=100, seconds=60),
    Scenario(
        name="clocks 3 s off, each tenth write up to 8 s late",
        containers=30,
        revocations_per_second=1,
        skew=3,
        late_share=0.1,
    ),
    Scenario(name="each twentieth read fails", containers=20, revocations_per_second=1, failure_share=0.05),
    Scenario(name="half of the reads fail", containers=20, revocations_per_second=1, failure_share=0.5),
)


def main() -> None:
    """Print a row for each scenario."""
    print("| " + " | ".join(COLUMNS) + " |")
    print("| --- |" + " ---: |" * (len(COLUMNS) - 1))
    for scenario in SCENARIOS:
        print("| " + " | ".join(row(scenario, simulate(scenario))) + " |")


def row(scenario: Scenario, result: Result) -> tuple[str, ...]:
    """Return the cells of a scenario."""
    monthly = result.units_per_hour * MONTH * price_list().prices.dynamodb_read
    return (
        scenario.name,
        str(scenario.containers),
        f"{scenario.revocations_per_second:g}",
        f"{result.worst_lag:.1f} s",
        "all" if not result.late else f"all but {result.late:,} of {result.tried:,}",
        f"{result.units_per_hour:,.0f}",
        f"{monthly:.2f}",
        f"{result.cold_units:,} units, {result.cold_seconds:.1f} s",
    )


if __name__ == "__main__":
    main()
