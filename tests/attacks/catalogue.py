"""The attacks that the server must withstand, and what each must be answered with."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("catalogue.csv")


class Attack(NamedTuple):
    """One row; `not_applicable` is empty, or says why there is nothing here that could be attacked so."""

    id: str
    area: str
    attack: str
    expected: str
    source: str
    not_applicable: str


def catalogue() -> tuple[Attack, ...]:
    """Return every attack, in the order of the file."""
    with FILE.open(newline="") as file:
        return tuple(Attack(**row) for row in csv.DictReader(file))
