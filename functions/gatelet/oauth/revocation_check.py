"""Whether a token is good at this very moment: no lag, unlike at a protected API. RFC 7662 §2.2"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.grant import ACTIVE

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerifiedToken
    from gatelet.oauth.grant import Grant, GrantStore
    from gatelet.oauth.protected_resource import Revocations


def require_unrevoked(token: VerifiedToken, *, grants: GrantStore, revocations: Revocations, now: int) -> Grant | None:
    """Return the grant behind a verified token; None where the client itself is the subject.

    The feed alone knows of single tokens, users, clients and keys, so it is read anew.
    Raises InvalidToken, and TemporarilyUnavailable where it cannot be known.
    """
    gid = token.claims.gid
    grant = None if gid is None else require_live_grant(grants.get(gid), now)
    if revocations.revokes(token, now=now, fresh=True):
        raise InvalidToken("revoked")
    return grant


def require_live_grant(grant: Grant | None, now: int) -> Grant:
    """Require a grant that is active and has not expired. Raises InvalidToken."""
    if grant is None:
        raise InvalidToken("there is no such grant")
    if grant.status != ACTIVE:
        raise InvalidToken(f"grant {grant.gid} is {grant.status}")
    if now >= min(grant.idle_expires_at, grant.absolute_expires_at):
        raise InvalidToken(f"grant {grant.gid} has expired")
    return grant
