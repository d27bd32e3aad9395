"""Measures everything and prints one table; the exit status is 1 where a bound that must hold does not."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from bench.report import show
from bench.subject import SUBJECTS, measure

if TYPE_CHECKING:
    from bench.row import Section


def main() -> int:
    """Measure one subject after the other, each in a process of its own: none pays for what another imported."""
    sections: list[Section] = []
    for subject in SUBJECTS:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            sections += process.submit(measure, subject).result()
    show(sections)
    return int(any(row.missed for section in sections for row in section.rows))


if __name__ == "__main__":
    sys.exit(main())
