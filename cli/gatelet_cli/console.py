"""What the command prints: tables for people, JSON for machines, and questions."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import typer

from gatelet_cli.failure import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console as RichConsole

    from gatelet_cli.terminal import Terminal

WIDTH_OF_A_PIPE = 200
TitledTable: TypeAlias = "tuple[str, Sequence[str], Sequence[Mapping[str, Any]]]"
"""Title, columns and rows."""


class Output(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"


class Console:
    """Results go to standard output, everything else to standard error."""

    def __init__(self, output: Output, terminal: Terminal) -> None:
        self._json = output is Output.json
        self.terminal = terminal

    def rows(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, empty: str) -> None:
        """Print a list: these columns of a table, or a JSON array with every member."""
        if self._json:
            _print_json(list(rows))
        elif rows:
            self._print_table(columns, rows)
        else:
            self.note(empty)

    def record(self, record: Mapping[str, Any]) -> None:
        """Print one thing with all its members."""
        if self._json:
            _print_json(record)
            return
        from rich.table import Table  # noqa: PLC0415 - JSON needs none of it

        grid = Table.grid("", "", padding=(0, 2))
        grid.columns[1].overflow = "fold"
        for name, value in record.items():
            grid.add_row(name, cell(name, value))
        _rich().print(grid)

    def report(
        self, document: Mapping[str, Any], tables: Sequence[TitledTable], *, summary: Mapping[str, Any] | None = None
    ) -> None:
        """Print a summary and several tables, each under its title, or the document that holds them all."""
        if self._json:
            _print_json(document)
            return
        if summary:
            self.record(summary)
        for title, columns, rows in tables:
            typer.echo(title)
            self._print_table(columns, rows)

    def done(self, sentence: str, record: Mapping[str, Any]) -> None:
        """Say what was done, or print what is so now."""
        if self._json:
            _print_json(record)
        else:
            typer.echo(printable(sentence))

    def note(self, sentence: str) -> None:
        """Tell people something that is no result."""
        typer.echo(printable(sentence), err=True)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on only if the operator wants it. Raises Usage where there is nobody to ask."""
        if yes:
            return
        if not self.terminal.is_interactive():
            raise Usage(f"{question} There is no terminal to ask on: confirm with --yes.")
        if not self.terminal.confirm(printable(question)):
            raise typer.Abort

    def _print_table(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        from rich import box  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(cell(column, row.get(column)) for column in columns))
        _rich().print(table)


def cell(name: str, value: object) -> str:
    """Render a member for people; its name tells times from numbers."""
    match value:
        case None | "" | [] | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case int() if name.endswith("_at"):
            return moment(value)
        case list() | tuple():
            return "\n".join(cell("", member) for member in value)
        case dict():
            return "\n".join(f"{key}: {cell(key, member)}" for key, member in value.items()) or "-"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """Render a text; nobody reads an image in a data URI. RFC 2397"""
    if text.startswith("data:"):
        return printable(f"{text.partition(',')[0]}, {len(text)} characters")
    return printable(text)


def moment(seconds: int) -> str:
    """Render a time; 0 is none."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%SZ}" if seconds else "-"


def printable(text: str) -> str:
    """Escape what would draw on a terminal or turn text around; a line break may stay."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def _print_json(document: object) -> None:
    typer.echo(json.dumps(document, indent=2))


def _rich() -> RichConsole:
    from rich.console import Console as RichConsole  # noqa: PLC0415

    # What operators have stored is not markup, and nothing is cut off where no terminal has an edge.
    width = None if sys.stdout.isatty() else WIDTH_OF_A_PIPE
    return RichConsole(markup=False, highlight=False, emoji=False, width=width)
