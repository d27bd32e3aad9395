"""Writes docs/advisories.md: `make advisories`."""

from __future__ import annotations

import sys

from tests.advisories.catalogue import advisories
from tests.advisories.document import DOCUMENT, faults, render
from tests.clauses.markers import proofs


def main() -> int:
    """Return 1, and write nothing, where an advisory is neither tested nor explained."""
    every, tests = advisories(), proofs("advisory")
    found = faults(every, tests)
    for fault in found:
        print(fault, file=sys.stderr)  # noqa: T201 - a program that prints
    if not found:
        DOCUMENT.write_text(render(every, tests))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
