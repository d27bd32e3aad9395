"""`gatelet status`"""

from __future__ import annotations

import typer

from gatelet_cli.invocation import invocation


def status(context: typer.Context) -> None:
    """Show whether the stack answers, how old its keys are and what it holds."""
    from gatelet_cli.inspection import inspect  # noqa: PLC0415 - boto3 takes long to import

    run = invocation(context)
    document = inspect(run.administration, run.console.terminal)
    run.console.record(document)
    if document["problems"]:
        raise typer.Exit(1)
