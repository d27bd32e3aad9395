"""The report: a table on a terminal, the same in Markdown elsewhere, or JSON for other programs."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.row import Row, Section

COLUMNS = ("What", "Result", "Goal", "", "Against", "Remark")
PACKAGES = ("cryptography", "pyjwt", "boto3", "aws-lambda-powertools")


def show(sections: Sequence[Section], output: str, *versions: str) -> None:
    """Print what was measured, and on what."""
    if output == "json":
        print(json.dumps({"machine": machine(*versions), "sections": [asdict(section) for section in sections]}))
    elif sys.stdout.isatty():
        _show_on_terminal(sections, machine(*versions))
    else:
        print(f"{_markdown(sections)}\n\n{machine(*versions)}")


def machine(*versions: str) -> str:
    """Say what the numbers were measured on."""
    installed = (f"{name} {version(name)}" for name in PACKAGES)
    return f"{_processor()}; Python {platform.python_version()}; {', '.join((*installed, *versions))}"


def _processor() -> str:
    """Return the name of the processor where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _cells(row: Row) -> tuple[str, ...]:
    return row.what, row.result, row.goal, row.verdict, row.against, row.remark


def _show_on_terminal(sections: Sequence[Section], caption: str) -> None:
    table = Table(box=box.SIMPLE_HEAD, title="Gatelet", caption=caption)
    for column in COLUMNS:
        table.add_column(column, justify="right" if column in {"Result", "Goal"} else "left")
    for section in sections:
        table.add_row(f"[bold]{section.title}[/]")
        for row in section.rows:
            what, *others = _cells(row)
            table.add_row(f"  {what}", *others, style="red" if row.met is False else "")
        table.add_section()
    Console().print(table)


def _markdown(sections: Sequence[Section]) -> str:
    lines: list[tuple[str, ...]] = [COLUMNS, ("---", "---:", "---:", "---", "---", "---")]
    for section in sections:
        lines.append((f"**{section.title}**", *[""] * (len(COLUMNS) - 1)))
        lines += map(_cells, section.rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
