"""Writes docs/clauses.md: `make clauses`."""

from __future__ import annotations

import sys

from tests.clauses.catalogue import clauses
from tests.clauses.document import DOCUMENT, render
from tests.proofs import publish

if __name__ == "__main__":
    sys.exit(publish("clause", clauses(), DOCUMENT, render))
