"""Changes the product in thousands of ways, and reports the changes that no test notices: `make mutation`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from tests.mutation.campaign import Campaign, CannotTry
from tests.mutation.mutants import Module, modules, mutants
from tests.mutation.pristine import TESTS
from tests.mutation.report import as_json, rows, show
from tests.mutation.survivors import Change, judge, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NARROWEST = 150
SECONDS_BETWEEN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 where a change is neither noticed nor explained, or explained and noticed."""
    given = _parser().parse_args(arguments)
    chosen = _chosen(given.only)
    console = Console(file=os.fdopen(os.dup(sys.stderr.fileno()), "w"))  # of the terminal, in each fork too
    console.print(f"Changing {len(chosen)} modules", highlight=False)
    found = [mutant for module in chosen for mutant in mutants(module)]
    campaign = Campaign(
        at_once=given.workers,
        layers=given.tests,
        fresh=given.fresh,
        say=_now_and_then(console),
    )
    try:
        campaign.run(found)
    except CannotTry as fault:
        console.print(str(fault), markup=False, highlight=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Ended; the next run goes on from here.")
        return 2
    statuses: dict[Change, list[str]] = defaultdict(list)
    for mutant in found:
        if not mutant.is_text:
            statuses[mutant.change].append(campaign.results.status(mutant.id) or "")
    listed = read()
    verdict = judge(statuses, listed, [module.place for module in chosen])
    all_rows = rows(found, campaign.results, verdict, listed)
    if given.output == "json":
        sys.stdout.write(as_json(all_rows, verdict) + "\n")
    else:
        show(all_rows, verdict, Console(width=max(Console().width, NARROWEST)), verbose=given.verbose)
    return int(bool(verdict.unexplained or verdict.stale))


def _now_and_then(console: Console) -> Callable[[str, int, int], None]:
    said = time.monotonic()

    def say(what: str, number: int, of: int) -> None:
        nonlocal said
        if number == of or time.monotonic() - said > SECONDS_BETWEEN:
            said = time.monotonic()
            console.print(f"{what}: {number} of {of}", markup=False, highlight=False, soft_wrap=True)

    return say


def _chosen(only: Sequence[str]) -> list[Module]:
    found = [module for module in modules() if not only or any(_is_in(module.path, Path(each)) for each in only)]
    if not found:
        raise SystemExit(f"{' '.join(only)} is nothing that is changed")
    return found


def _is_in(path: Path, place: Path) -> bool:
    return place.resolve() in {path, *path.parents}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="PATH", help="modules or folders of the product")
    parser.add_argument("--workers", type=int, default=2, help="processes at once")
    parser.add_argument("--tests", nargs="+", choices=list(TESTS), default=list(TESTS), help="which are asked")
    parser.add_argument("--fresh", action="store_true", help="believe nothing that was found before")
    parser.add_argument("--verbose", action="store_true", help="the modules too")
    parser.add_argument("--output", choices=("table", "json"), default="table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
