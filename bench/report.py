"""The report: a table on a terminal, the same in Markdown elsewhere."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.row import Row, Section

COLUMNS = ("What", "Result", "Against", "Remark")
PACKAGES = ("cryptography", "pyjwt", "boto3", "aws-lambda-powertools")


def show(sections: Sequence[Section]) -> None:
    """Print what was measured, and on what."""
    if sys.stdout.isatty():
        _show_on_terminal(sections)
    else:
        print(_markdown(sections))


def machine() -> str:
    """Say what the numbers were measured on."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{_processor()}; Python {platform.python_version()}; {versions}"


def _processor() -> str:
    """Return the name of the processor where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _cells(row: Row) -> tuple[str, ...]:
    return row.what, f"{row.result} MISSED" if row.missed else row.result, row.against, row.remark


def _show_on_terminal(sections: Sequence[Section]) -> None:
    table = Table(box=box.SIMPLE_HEAD, title="Gatelet", caption=machine())
    for column in COLUMNS:
        table.add_column(column, justify="right" if column == "Result" else "left")
    for section in sections:
        table.add_row(f"[bold]{section.title}[/]")
        for row in section.rows:
            what, *others = _cells(row)
            table.add_row(f"  {what}", *others, style="red" if row.missed else "")
        table.add_section()
    Console().print(table)


def _markdown(sections: Sequence[Section]) -> str:
    lines: list[tuple[str, ...]] = [COLUMNS, ("---", "---:", "---", "---")]
    for section in sections:
        lines.append((f"**{section.title}**", "", "", ""))
        lines += map(_cells, section.rows)
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{machine()}"
