"""Measures Gatelet and its peers side by side and prints two tables."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench import peer_environment
from bench.peers import session
from bench.peers.contender import BARE, MACHINE, OPERATIONS, REFRESH, VERIFICATION
from bench.peers.contenders import AUTHLIB, OWN, PROVIDER
from bench.peers.handlers import Handlers
from bench.report import show
from bench.row import Row, Section, at_most
from bench.subject import in_a_process_of_its_own

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.peers.session import Taken

GOALS = {MACHINE: 0.5, REFRESH: 0.8, VERIFICATION: None}


def main() -> int:
    """Let all take turns; nothing here is a bound that must hold on any machine."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--output", choices=("table", "json"), default="table")
    output = parser.parse_args().output
    peer_environment.require()
    taken = in_a_process_of_its_own(session.measure)
    show((_times(taken), _ratios(taken)), output, *_versions())
    return 0


def _times(taken: Taken) -> Section:
    rows = []
    for (name, operation), seconds in taken.items():
        floor = taken.get((name, BARE))
        net = "" if floor is None or operation == BARE else f"{_micro(seconds) - _micro(floor):.0f} us above bare HTTP"
        spread = f"{min(seconds) * 1e6:.0f} to {max(seconds) * 1e6:.0f}"
        rows.append(Row(what=f"{operation}, {name}", value=_micro(seconds), unit="us", against=spread, remark=net))
    return Section(title="Processor time of a request", rows=tuple(rows))


def _ratios(taken: Taken) -> Section:
    rows = []
    for operation in OPERATIONS:
        for name in (Handlers.name, OWN):
            for peer in (PROVIDER, AUTHLIB):
                goal = GOALS[operation] if (name, peer) == (Handlers.name, PROVIDER) else None
                pairs = zip(taken[name, operation], taken[peer, operation], strict=True)
                net = _micro(taken[peer, operation]) - _micro(taken[peer, BARE])
                own = _micro(taken[name, operation]) - (_micro(taken[name, BARE]) if name == OWN else 0)
                rows.append(
                    at_most(
                        f"{operation}, {name}",
                        statistics.median(ours / its for ours, its in pairs),
                        goal,
                        against=peer,
                        remark=f"{own / net:.2f} x net of bare HTTP on both sides",
                    )
                )
    return Section(title="Ratios", rows=tuple(rows))


def _micro(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1e6


def _versions() -> tuple[str, ...]:
    """Name what was installed for the comparison."""
    packages = json.loads(Path(__file__).with_name("package-lock.json").read_text())["packages"]
    provider = packages["node_modules/oidc-provider"]["version"]
    program = (
        "from importlib.metadata import version; "
        "print(*(f'{name} {version(name)}' for name in ('authlib', 'flask', 'gunicorn', 'awslambdaric')), sep=', ')"
    )
    python = _output(str(peer_environment.PYTHON), "-c", program)
    return f"Node.js {_output('node', '--version')}", f"oidc-provider {provider}", python


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
