"""The report: a table by folder, or JSON for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from tests.mutation.results import KILLED, SURVIVED, TIMED_OUT, UNCOVERED
from tests.mutation.survivors import counts_as_killed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from tests.mutation.mutants import Mutant
    from tests.mutation.results import Results
    from tests.mutation.survivors import Change, Verdict

COLUMNS = ("", "mutants", "text", "killed", "timed out", "survived", "not covered", "explained", "unexplained", "score")
"""`text` are not tried, and no part of the score; `explained` are among those that were not killed."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """The mutants of a folder, or of a module."""

    name: str
    mutants: int
    text: int
    killed: int
    timed_out: int
    survived: int
    not_covered: int
    explained: int
    unexplained: int
    score: float


def row(name: str, mutants: Sequence[Mutant], results: Results, verdict: Verdict, listed: Mapping[Change, str]) -> Row:
    """Count."""
    tried = [each for each in mutants if not each.is_text]
    statuses = [(results.status(each.id) or "", each.change) for each in tried]
    alive = [change for status, change in statuses if status != KILLED]
    killed = sum(counts_as_killed(status, change, listed) for status, change in statuses)
    return Row(
        name=name,
        mutants=len(mutants),
        text=len(mutants) - len(tried),
        killed=sum(status == KILLED for status, _ in statuses),
        timed_out=sum(status == TIMED_OUT for status, _ in statuses),
        survived=sum(status == SURVIVED for status, _ in statuses),
        not_covered=sum(status == UNCOVERED for status, _ in statuses),
        explained=sum(change in verdict.explained for change in alive),
        unexplained=sum(change not in verdict.explained for change in alive),
        score=round(100 * killed / len(tried), 1) if tried else 100.0,
    )


def rows(mutants: Sequence[Mutant], results: Results, verdict: Verdict, listed: Mapping[Change, str]) -> list[Row]:
    """Return the folders, each followed by its modules, and the sum of all at last."""
    found = []
    for folder in dict.fromkeys(each.module.folder for each in mutants):
        inside = [each for each in mutants if each.module.folder == folder]
        found.append(row(folder, inside, results, verdict, listed))
        for place in dict.fromkeys(each.module.place for each in inside):
            of_module = [each for each in inside if each.module.place == place]
            found.append(row(place, of_module, results, verdict, listed))
    return [*found, row("all", mutants, results, verdict, listed)]


def as_json(all_rows: Sequence[Row], verdict: Verdict) -> str:
    """Return everything, for other programs."""
    return json.dumps(
        {
            "rows": [asdict(each) for each in all_rows],
            "unexplained": [change._asdict() for change in verdict.unexplained],
            "stale": [change._asdict() for change in verdict.stale],
        }
    )


def show(all_rows: Sequence[Row], verdict: Verdict, console: Console, *, verbose: bool) -> None:
    """Print a table, then what somebody has to look at."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in COLUMNS:
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for each in all_rows:
        is_module = "/" in each.name
        if verbose or not is_module:
            name, *numbers = asdict(each).values()
            table.add_row(f"  {name}" if is_module else name, *map(str, numbers), style="dim" if is_module else None)
    console.print(table)
    for kind, changes in (("SURVIVED", verdict.unexplained), ("STALE", verdict.stale)):
        for change in changes:
            place = f"{kind} {change.module} {change.function}"
            for line in (place, f"  - {change.before}", f"  + {change.after}"):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
