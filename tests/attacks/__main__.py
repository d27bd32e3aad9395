"""Reports which attacks of the catalogue the tests try: `make attacks`."""

from __future__ import annotations

import contextlib
import io
import sys

import pytest
from rich.console import Console
from rich.table import Table

from tests.attacks.catalogue import catalogue
from tests.attacks.coverage import Collector, Coverage, coverage


def collect() -> Collector:
    """Return the markers of every test, without running one."""
    collector = Collector()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = pytest.main(["--collect-only", "--quiet", "tests"], plugins=[collector])
    if status != pytest.ExitCode.OK:
        sys.exit(output.getvalue())
    return collector


def report(result: Coverage, collector: Collector, console: Console, *, verbose: bool) -> None:
    """Print the rows, then the sum of each area."""
    if verbose:
        for attack in result.covered:
            console.print(f"{attack.id} {attack.attack}", markup=False, highlight=False)
            for test in sorted(collector.tests[attack.id]):
                console.print(f"    {test}", markup=False, highlight=False, soft_wrap=True)
    for attack in result.not_applicable:
        console.print(f"{attack.id} does not apply: {attack.not_applicable}", markup=False, highlight=False)
    table = Table("area", "covered", "not applicable", "missing")
    for area, *counts in result.areas():
        table.add_row(area, *map(str, counts))
    table.add_section()
    table.add_row("all", *(str(len(group)) for group in (result.covered, result.not_applicable, result.missing)))
    console.print(table)
    for attack in result.missing:
        console.print(f"MISSING {attack.id} {attack.attack}", markup=False, highlight=False)
    for fault in result.faults:
        console.print(f"FAULT {fault}", markup=False, highlight=False)


def main() -> int:
    """Return 1 where an attack is neither tried nor explained."""
    collector = collect()
    result = coverage(catalogue(), collector.tests)
    report(result, collector, Console(), verbose="--verbose" in sys.argv[1:])
    return 1 if result.missing or result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
