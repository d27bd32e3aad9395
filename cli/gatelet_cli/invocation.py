"""One call of the command: its global options, and what follows from them."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import typer

from gatelet_cli.failure import changed_nothing, explain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatelet_cli.administration import Administration
    from gatelet_cli.audit_trail import AuditTrail
    from gatelet_cli.console import Console
    from gatelet_cli.operator_event import OperatorEvent
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

    @cached_property
    def audit_trail(self) -> AuditTrail:
        """Where it is written what happened."""
        from gatelet_cli.audit_trail import AuditTrail  # noqa: PLC0415 - boto3 takes long to import

        return AuditTrail(self.stack)

    @contextmanager
    def action(self, event: OperatorEvent, **about: str) -> Iterator[dict[str, str]]:
        """Do what the audit trail is to tell, `about` which ids; those that come up meanwhile are added to the dict.

        What fails half-way is told too; what was refused has changed nothing and is not.
        """
        try:
            yield about
        except Exception as error:
            if not changed_nothing(error):
                self._write(event, {**about, "error": type(error).__name__}, outcome="failed")
            raise
        self._write(event, about, outcome="succeeded")

    def _write(self, event: OperatorEvent, about: dict[str, str], *, outcome: str) -> None:
        """Write to the trail; where that cannot be done the work is done all the same, and the operator knows."""
        try:
            self.audit_trail.write(event, about, outcome=outcome, now=self.administration.directory.now())
        except Exception as error:
            failure = explain(error)
            if failure is None:
                raise
            self.console.note(f"This is not in the audit trail ({event}): {failure}")


def invocation(context: typer.Context) -> Invocation:
    """Return the invocation that the main command has made."""
    found = context.find_object(Invocation)
    if found is None:
        msg = "the main command did not run"
        raise RuntimeError(msg)
    return found
