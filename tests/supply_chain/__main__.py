"""Audits the locks: `make audit`.

Ends with 1 where a vulnerability is known, else with 2 where a distribution could not be looked up, else with 0. With
`--may-be-unreachable` the second is a warning, for where no database of vulnerabilities can be reached.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tests.supply_chain.audit import audit, locked

if TYPE_CHECKING:
    from collections.abc import Sequence

VULNERABLE = 1
UNKNOWN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Say what was found, loudest that nothing could be."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("program", help="pip-audit")
    parser.add_argument("--may-be-unreachable", action="store_true")
    chosen = parser.parse_args(arguments)
    result = audit(chosen.program, locked())
    _say(f"{len(result.clean)} locked distributions were looked up and have no known vulnerability.")
    for line in result.vulnerable:
        _say(f"VULNERABLE {line}")
    if result.unknown:
        _warn(result.unknown, of=sum(map(len, result)))
    if result.vulnerable:
        return VULNERABLE
    return UNKNOWN if result.unknown and not chosen.may_be_unreachable else 0


def _warn(unknown: Sequence[str], *, of: int) -> None:
    rule = "!" * 100
    _say(rule)
    _say(
        f"NOT AUDITED: {len(unknown)} of {of} locked distributions could not be looked up, so nothing is known of them."
    )
    _say(f"The first is {unknown[0]}")
    _say(rule)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
