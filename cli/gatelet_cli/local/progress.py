"""Shows what a run is doing while it starts, and how long each step took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Progress:
    """A spinner for the step under way, a line for each one done."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Show a step."""
        began = time.monotonic()
        with self._console.status(f"{doing} ..."):
            yield
        self._console.print(f"[green]✓[/] {doing} [dim]{time.monotonic() - began:.1f} s[/]")
