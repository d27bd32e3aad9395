"""One call of the command: its global options, and what follows from them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from gatelet_cli.administration import Administration
    from gatelet_cli.console import Console
    from gatelet_cli.stack import Stack, StackOptions


class Invocation:
    """Finds the stack when it is first needed: help and mistakes need none."""

    def __init__(self, options: StackOptions, console: Console) -> None:
        self.options = options
        self.console = console

    @cached_property
    def stack(self) -> Stack:
        """The deployment."""
        from gatelet_cli.stack import find_stack  # noqa: PLC0415

        return find_stack(self.options)

    @cached_property
    def administration(self) -> Administration:
        """What the operator works on."""
        from gatelet_cli.administration import Administration  # noqa: PLC0415 - boto3 takes long to import

        return Administration(self.stack)


def invocation(context: typer.Context) -> Invocation:
    """Return the invocation that the main command has made."""
    found = context.find_object(Invocation)
    if found is None:
        msg = "the main command did not run"
        raise RuntimeError(msg)
    return found
