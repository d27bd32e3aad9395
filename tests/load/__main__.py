"""Mixed traffic on the local stack, and the proof that nothing was lost or doubled: `make load`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from gatelet_cli.failure import Failure
from gatelet_cli.local.endings import end_in_order
from gatelet_cli.local.environment import leave_out_aws
from gatelet_cli.local.progress import Progress
from gatelet_cli.local.stack import local_stack
from tests.e2e.journal import Journal
from tests.e2e.store import Store
from tests.load.population import populate
from tests.load.report import as_json, show
from tests.load.stage import Bounds, Result, run_stage

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 60
WARM_UP = 0.5
"""Of the time of a stage, and before it: the same traffic, untimed, while the emulator starts its processes."""
MOST_REQUESTS = 10_000
MOST_CLIENTS = 64
PROVED = ("rotations", "revocations", "refused_access_tokens", "codes")


def main() -> int:
    """Return 1 where a promise was broken."""
    given = _arguments()
    end_in_order()
    leave_out_aws(os.environ)
    console = Console(stderr=given.output == "json")
    try:
        results = run(given.clients, given.seconds, given.requests, console)
    except Failure as fault:
        Console(stderr=True).print(str(fault), markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Ended; nothing is left running.")
        return 1
    if given.output == "json":
        sys.stdout.write(as_json(results) + "\n")
    else:
        show(results, console)
    for name in unproved(results):
        Console(stderr=True).print(f"Nothing was proved about {name}: there were none.", highlight=False)
    return int(any(result.faults for result in results) or bool(unproved(results)))


def run(clients: list[int], seconds: float, requests: int, console: Console) -> list[Result]:
    """Deploy a stack of its own, and run one stage after the other on it; they share time and requests."""
    step = Progress(console).step
    with (
        tempfile.TemporaryDirectory() as directory,
        local_stack(Path(directory), port=0, step=step) as stack,
    ):
        Journal(stack)  # the emulator stops where nobody reads it
        with step(f"Register {max(clients)} clients and users"):
            population = populate(stack, max(clients))
        store = Store(stack)
        results = []
        for count in clients:
            with step(f"Traffic of {count} clients, and its proof"):
                bounds = _share(count, clients, seconds, requests)
                results.append(run_stage(count, bounds, population, stack, store))
        return results


def unproved(results: list[Result]) -> list[str]:
    """Return what no stage has shown: a server that answers nothing keeps every promise."""
    return [name.replace("_", " ") for name in PROVED if not any(getattr(each.evidence, name) for each in results)]


def _share(count: int, clients: list[int], seconds: float, requests: int) -> Bounds:
    """Return a stage's share: more clients need longer, for the emulator starts a process for each that waits."""
    share = count.bit_length() / sum(each.bit_length() for each in clients)
    return Bounds(seconds=seconds * share, requests=int(requests * share), warm_up=seconds * share * WARM_UP)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--clients", type=_within(MOST_CLIENTS), nargs="+", default=[1, 8, 32], metavar="N")
    parser.add_argument(
        "--seconds", type=_within(LONGEST), default=LONGEST, help="of timed traffic, in all stages together"
    )
    parser.add_argument("--requests", type=_within(MOST_REQUESTS), default=MOST_REQUESTS, help="in all, about")
    parser.add_argument("--output", choices=("table", "json"), default="table")
    return parser.parse_args()


def _within(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a number from 1 to {most}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
