"""Measures everything and prints one table; the exit status is 1 where a bound that must hold does not."""

from __future__ import annotations

import argparse
import sys

from bench.report import show
from bench.subject import SUBJECTS, measured


def main() -> int:
    """Measure one subject after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="subject", help="processor, calls, ...; all by default")
    parser.add_argument("--output", choices=("table", "json"), default="table")
    given = parser.parse_args()
    subjects = [f"bench.{name}" for name in given.subjects] or list(SUBJECTS)
    sections = [section for subject in subjects for section in measured(subject)]
    show(sections, given.output)
    return int(any(row.exact and row.met is False for section in sections for row in section.rows))


if __name__ == "__main__":
    sys.exit(main())
