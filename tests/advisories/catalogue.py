"""Published vulnerabilities of other authorization servers and of the libraries of this trade."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("advisories.csv")


class Advisory(NamedTuple):
    """One vulnerability that could have an equal here."""

    id: str
    product: str
    flaw: str
    """What was wrong, in short."""
    not_applicable: str
    """Empty, or why there is nothing here that could be wrong in the same way."""


def advisories() -> tuple[Advisory, ...]:
    """Return every advisory, in the order of the file."""
    with FILE.open(newline="") as file:
        return tuple(Advisory(**row) for row in csv.DictReader(file))
