"""The requests of a running stack, one line for each."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

Entry = dict[str, Any]

TOLD = ("outcome", "grant_type", "client_id", "sub", "scope", "revoked", "error", "detail", "where")
"""What is shown of the handlers' log lines."""


def entries(journal: Iterable[str]) -> Iterator[Entry]:
    """Read the journal of the emulator's door."""
    for line in journal:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry


def log_lines(entry: Entry) -> Iterator[dict[str, Any]]:
    """Return the structured lines that handlers wrote for a request; what is a metric alone is not among them."""
    return (line for line in _lines(entry) if isinstance(line, dict) and "message" in line)


def show(entry: Entry, console: Console) -> None:
    """Print a request, and below it what a handler wrote that crashed."""
    time = datetime.fromtimestamp(entry["time"], UTC).astimezone().strftime("%H:%M:%S")
    line = Text.assemble(
        (time, "dim"),
        _printable(f" {entry['method']:<7} {entry['path']} "),
        (str(entry["status"]), _style(entry["status"])),
        (f" {entry['ms']} ms", "dim"),
        _printable(f"  {_told(entry)}"),
    )
    console.print(line, soft_wrap=True)
    for text in _lines(entry):
        if isinstance(text, str):
            console.print(Text(_printable(text), style="dim"), soft_wrap=True)


def _lines(entry: Entry) -> Iterator[dict[str, Any] | str]:
    return (line for invocation in entry["invocations"] for line in invocation["log"])


def _told(entry: Entry) -> str:
    facts: dict[str, Any] = {}
    for line in log_lines(entry):
        facts |= line
    told = (str(facts[name]) for name in TOLD if facts.get(name))
    return "  ".join(dict.fromkeys(told))  # a machine is client and subject in one: say it once


def _printable(text: str) -> str:
    """Keep what a caller sends from drawing on the terminal."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _style(status: int) -> str:
    return {2: "green", 3: "green", 4: "yellow"}.get(status // 100, "red")
