"""Finding grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.oauth.grant import ACTIVE
from gatelet.oauth.scope import format_scope
from gatelet_cli import user_administration
from gatelet_cli.failure import Failure, Usage

if TYPE_CHECKING:
    from gatelet.oauth.grant import Grant
    from gatelet_cli.administration import Administration


def find(*, user: str | None, session: str | None, client: str | None, administration: Administration) -> list[Grant]:
    """Return the grants that meet every condition, the latest first. Raises Usage where there is none."""
    if user is None and client is None:
        raise Usage("Name the grants with --user, --user and --session, or --client.")
    if user is None:
        found = [*administration.accounts.grants_of_client(client or "")]
    else:
        found = _of_user(user, session, administration)
    return sorted(
        (grant for grant in found if client in {None, grant.client_id}),
        key=lambda grant: grant.rotated_at,
        reverse=True,
    )


def document(grant: Grant, now: int) -> dict[str, Any]:
    """Render a grant."""
    expires_at = min(grant.idle_expires_at, grant.absolute_expires_at)
    return {
        "gid": grant.gid,
        "client_id": grant.client_id,
        "sub": grant.sub,
        "session_id": grant.session_id,
        "audience": grant.audience,
        "scope": format_scope(grant.scope),
        "status": "expired" if grant.status == ACTIVE and now >= expires_at else grant.status,
        "created_at": grant.auth_time,
        "rotated_at": grant.rotated_at,
        "expires_at": expires_at,
    }


def _of_user(user: str, session: str | None, administration: Administration) -> list[Grant]:
    owner = user_administration.find(user, administration)
    sessions = administration.accounts.sessions(owner.sub)
    wanted = [found for found in sessions if session in {None, found.session_id}]
    if session is not None and not wanted:
        raise Failure(
            f"{owner.username} has no session {session}. See `gatelet sessions list --user {owner.username}`."
        )
    return administration.accounts.grants([gid for found in wanted for gid in found.grants])
