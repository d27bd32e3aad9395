"""`gatelet grants`"""

from __future__ import annotations

from typing import Annotated

import typer

from gatelet_cli import grant_administration
from gatelet_cli.grant_administration import document
from gatelet_cli.invocation import invocation
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.options import DASHES, Yes, noun

app = noun("grants", "What users allow clients to do; a refresh token belongs to one.")

COLUMNS = ("gid", "client_id", "sub", "audience", "scope", "status", "rotated_at", "expires_at")


@app.command("list")
def list_grants(
    context: typer.Context,
    *,
    user: Annotated[str | None, typer.Option("--user", help="Grants of a user: username, or `sub`.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="Only those of this session; with --user.")] = None,
    client: Annotated[str | None, typer.Option("--client", help="Grants to a client: a CLIENT_ID.")] = None,
) -> None:
    """List grants by user, session or client."""
    run = invocation(context)
    found = grant_administration.find(user=user, session=session, client=client, administration=run.administration)
    now = run.administration.directory.now()
    run.console.rows(COLUMNS, [document(grant, now) for grant in found], empty="There are no such grants.")


@app.command(context_settings=DASHES)
def revoke(
    context: typer.Context,
    *,
    gid: Annotated[str, typer.Argument(metavar="GID", help="As `gatelet grants list` shows it.")],
    yes: Yes = False,
) -> None:
    """Revoke a grant with every token of it, for good."""
    run = invocation(context)
    grant = run.administration.accounts.grant(gid)
    run.console.confirm(f"Revoke what {grant.sub} allows client {grant.client_id}?", yes=yes)
    with run.action(OperatorEvent.GRANT_REVOKED, gid=gid, sub=grant.sub, client_id=grant.client_id):
        run.administration.accounts.revoke(gid)
    run.console.done(f"Grant {gid} is revoked.", {"gid": gid, "status": "revoked"})
