"""`gatelet sessions`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelet_cli import user_administration
from gatelet_cli.invocation import invocation
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.options import DASHES, Yes, noun

if TYPE_CHECKING:
    from gatelet.accounts.session import Session

app = noun("sessions", "Sign-ins of users.")

COLUMNS = ("session_id", "created_at", "expires_at", "amr", "grants")

User = Annotated[str, typer.Option("--user", help="Username, or `sub`.")]


@app.command("list")
def list_sessions(context: typer.Context, *, user: User) -> None:
    """List the sessions of a user."""
    run = invocation(context)
    owner = user_administration.find(user, run.administration)
    found = run.administration.accounts.sessions(owner.sub)
    run.console.rows(COLUMNS, [_document(session) for session in found], empty=f"{owner.username} is not signed in.")


@app.command(context_settings=DASHES)
def end(
    context: typer.Context,
    *,
    user: User,
    session_id: Annotated[
        str | None, typer.Argument(metavar="SESSION_ID", help="One session; without it, every one.")
    ] = None,
    yes: Yes = False,
) -> None:
    """End sessions, and revoke the grants that hang on them."""
    run = invocation(context)
    owner = user_administration.find(user, run.administration)
    which = f"session {session_id}" if session_id else "every session"
    run.console.confirm(f"End {which} of {owner.username}?", yes=yes)
    about = {"ended_session": session_id} if session_id else {}
    with run.action(OperatorEvent.SESSIONS_ENDED, sub=owner.sub, **about):
        ended = user_administration.end_sessions(owner, session_id, run.administration)
    run.console.done(
        f"Sessions of {owner.username} that were ended: {ended}.", {"username": owner.username, "ended_sessions": ended}
    )


def _document(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "sub": session.sub,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "amr": list(session.amr),
        "grants": list(session.grants),
    }
