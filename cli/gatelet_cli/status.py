"""`gatelet status`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gatelet_cli.invocation import invocation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatelet_cli.console import TitledTable

ALARMS = ("alarm", "state", "since_at", "means")
APART = frozenset(
    {"alarms", "requests_of_the_last_hour", "failures_of_the_last_hour", "dollars_of_the_last_day", "remarks"}
)
"""What is shown in tables and sentences of its own."""


def status(context: typer.Context) -> None:
    """Show whether the stack is healthy, who is attacking and what it costs, as the dashboard does."""
    from gatelet_cli.inspection import inspect  # noqa: PLC0415 - boto3 takes long to import

    run = invocation(context)
    document = inspect(run.administration, run.audit_trail, run.console.terminal)
    summary = {name: value for name, value in document.items() if name not in APART}
    run.console.report(document, list(_tables(document)), summary=summary)
    for remark in document["remarks"]:
        run.console.note(remark)
    if document["problems"]:
        raise typer.Exit(1)


def _tables(document: dict[str, Any]) -> Iterator[TitledTable]:
    """Return the tables that have a row."""
    if alarms := document["alarms"]:
        yield "Is it healthy? The alarms", ALARMS, alarms
    if requests := document.get("requests_of_the_last_hour"):
        yield "Is it healthy? Requests of the last hour", list(requests[0]), requests
    for who, rows in document.get("failures_of_the_last_hour", {}).items():
        if rows:
            yield f"Who is attacking? The {who} with the most failures of the last hour", list(rows[0]), rows
    if bill := document.get("dollars_of_the_last_day"):
        from gatelet_cli.costs.estimate import COLUMNS, dollars  # noqa: PLC0415 - where it was reached, boto3 is loaded

        row = {COLUMNS[part]: dollars(amount) for part, amount in bill.items()}
        yield "What does it cost? Dollars of the last day", list(row), [row]
