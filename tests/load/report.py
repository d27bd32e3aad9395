"""The report: a table, or JSON for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from statistics import quantiles
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from tests.load.wire import BUSY, UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from tests.load.stage import Result
    from tests.load.wire import Call

COLUMNS = ("", "requests", "per s", "p50 ms", "p99 ms", "429", "503", "none", "500")
"""`none` had no answer; `500` is every other fault of the server."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One operation of a stage: all of its requests are counted, those after the warm-up are timed."""

    operation: str
    requests: int
    per_second: float
    p50_ms: int | None
    p99_ms: int | None
    too_many_requests: int
    unavailable: int
    unanswered: int
    server_errors: int


def rows(result: Result) -> list[Row]:
    """Return the sum of a stage, then its operations."""
    names = sorted({call.operation for call in result.calls})
    of_each = [row(name, [call for call in result.calls if call.operation == name], result) for name in names]
    return [row("all", result.calls, result), *of_each]


def row(name: str, calls: Iterable[Call], result: Result) -> Row:
    """Return what some requests of a stage have shown."""
    calls = list(calls)
    timed = [call.seconds for call in calls if call.began >= result.measured_from]
    statuses = [call.status for call in calls]
    too_many, unavailable = BUSY
    return Row(
        operation=name,
        requests=len(calls),
        per_second=round(len(timed) / max(result.measured_until - result.measured_from, 1e-9), 1),
        p50_ms=_percentile(timed, 50),
        p99_ms=_percentile(timed, 99),
        too_many_requests=statuses.count(too_many),
        unavailable=statuses.count(unavailable),
        unanswered=statuses.count(UNANSWERED),
        server_errors=sum(status >= 500 and status != unavailable for status in statuses),
    )


def _percentile(seconds: list[float], percent: int) -> int | None:
    if not seconds:
        return None
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
    return round(cuts[percent - 1] * 1000)


def as_json(results: list[Result]) -> str:
    """Return everything, for other programs."""
    return json.dumps(
        [
            {
                "clients": result.clients,
                "operations": [asdict(each) for each in rows(result)],
                "evidence": result.evidence._asdict(),
                "faults": result.faults,
            }
            for result in results
        ]
    )


def show(results: list[Result], console: Console) -> None:
    """Print a table, then what was proved and what was not."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in COLUMNS:
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for result in results:
        total, *operations = rows(result)
        table.add_row(f"[bold]{result.clients} clients[/]", *_cells(total))
        for each in operations:
            table.add_row(f"  {each.operation}", *_cells(each), style="dim")
        table.add_section()
    console.print(table)
    for result in results:
        evidence = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in result.evidence._asdict().items())
        verdict = f"{len(result.faults)} faults" if result.faults else "nothing lost, nothing doubled"
        console.print(f"{result.clients} clients: {verdict} ({evidence})", highlight=False, soft_wrap=True)
        for fault in result.faults:
            console.print(f"  FAULT {fault}", markup=False, highlight=False, soft_wrap=True)


def _cells(each: Row) -> list[str]:
    _, *numbers = asdict(each).values()
    return ["" if number is None else str(number) for number in numbers]
