"""Writes docs/advisories.md: `make advisories`."""

from __future__ import annotations

import sys

from tests.advisories.catalogue import advisories
from tests.advisories.document import DOCUMENT, render
from tests.proofs import publish

if __name__ == "__main__":
    sys.exit(publish("advisory", advisories(), DOCUMENT, render))
