"""`gatelet audit`"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelet_cli import duration
from gatelet_cli.failure import Usage
from gatelet_cli.invocation import invocation
from gatelet_cli.operator_event import OperatorEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gatelet_cli.administration import Administration

COLUMNS = ("time", "events", "outcome", "sub", "client_id", "source_ip", "operator", "detail")
EPILOG = """Examples:

gatelet audit --since 1h --event sign_in.failed

gatelet audit --since 7d --subject alice --output json

gatelet audit --since 30d --event operator
"""


def audit(
    context: typer.Context,
    *,
    since: Annotated[str, typer.Option("--since", help="How far back: 90s, 15m, 1h, 7d.")] = "1h",
    subject: Annotated[str | None, typer.Option("--subject", help="Only of this user: username, or `sub`.")] = None,
    client: Annotated[str | None, typer.Option("--client", help="Only of this client: a CLIENT_ID.")] = None,
    event: Annotated[
        list[str] | None,
        typer.Option("--event", help="Only these: a name, or what stands before its dot. Repeat for more."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many lines, the oldest first.")] = 1000,
) -> None:
    """Show what happened: sign-ins, tokens, refusals, revocations, keys, and what operators did."""
    run = invocation(context)
    seconds, wanted = _seconds(since), _events(event or [])
    sub = _sub(subject, run.administration) if subject else None
    began = run.administration.directory.now() - seconds
    found = _with_events(run.audit_trail.read(began, subject=sub, client=client), wanted)
    lines = list(islice(found, limit + 1))
    run.console.rows(COLUMNS, lines[:limit], empty=f"Nothing of that kind happened in the last {since}.")
    if len(lines) > limit:
        run.console.note(f"There are more than {limit}: narrow the question, or raise --limit.")


def _seconds(since: str) -> int:
    try:
        seconds = duration.parse(since)
    except ValueError as error:
        raise Usage(f"--since {error}.") from None
    if not seconds:
        raise Usage("--since must be longer than nothing.")
    return seconds


def _events(asked: list[str]) -> frozenset[str]:
    """Return every name that is meant. Raises Usage for one that no line can have."""
    from gatelet.handlers.audit_event import Event  # noqa: PLC0415 - help and mistakes need none of it

    names = [str(name) for name in (*Event, *OperatorEvent)]
    wanted: set[str] = set()
    for word in asked:
        meant = {name for name in names if word in {name, name.partition(".")[0]}}
        if not meant:
            raise Usage(f"--event {word} is the name of no event. There are: {', '.join(names)}.")
        wanted |= meant
    return frozenset(wanted)


def _sub(subject: str, administration: Administration) -> str:
    """Return the `sub` of a user; one who is deleted is known by it alone."""
    from gatelet.aws.record import NotFound  # noqa: PLC0415
    from gatelet_cli import user_administration  # noqa: PLC0415

    try:
        return user_administration.find(subject, administration).sub
    except NotFound:
        return subject


def _with_events(lines: Iterable[dict[str, Any]], wanted: frozenset[str]) -> Iterator[dict[str, Any]]:
    return (line for line in lines if not wanted or wanted & set(line["events"]))
