"""Takes checks out one by one and requires that tests notice; writes docs/removed-checks.md: `make removed-checks`.

Words on the command line choose the removals whose name or area has one of them; the page is then left as it is.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.table import Table

from tests.removed_checks.document import DOCUMENT, render
from tests.removed_checks.removal import Removal, removals
from tests.removed_checks.trial import Outcome, attempt, control


def main() -> int:
    """Return 1 where a test does not notice, or fails without any removal."""
    console, every = Console(soft_wrap=True, highlight=False), removals()
    chosen = [each for each in every if _is_chosen(each, sys.argv[1:])]
    sound = control(sorted({test for each in chosen for test in each.tests}))
    faults = [f"{test} fails though nothing is removed" for test in sorted({*sound.noticed, *sound.broken})]
    table = Table("removed check", "noticed by", "cases")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for removal, outcome in zip(chosen, pool.map(attempt, chosen), strict=True):
            faults += outcome.faults(removal)
            table.add_row(removal.name, *_columns(outcome))
    console.print(table)
    for fault in faults:
        console.print(f"UNNOTICED {fault}", markup=False)
    if faults:
        return 1
    if len(chosen) == len(every):
        DOCUMENT.write_text(render(every))
    return 0


def _is_chosen(removal: Removal, words: list[str]) -> bool:
    return not words or any(word in f"{removal.area} {removal.name}" for word in words)


def _columns(outcome: Outcome) -> tuple[str, str]:
    noticed = sorted(outcome.noticed.items())
    return "\n".join(test for test, _ in noticed), "\n".join(str(cases) for _, cases in noticed)


if __name__ == "__main__":
    sys.exit(main())
