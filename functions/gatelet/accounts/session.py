"""Login sessions: who is signed in, in which browser, since when. OpenID Connect Core §3.1.2.3"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gatelet.oauth import base64url
from gatelet.oauth.grant import REFRESH_ABSOLUTE
from gatelet.oauth.openid import OFFLINE_ACCESS
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from gatelet.oauth.grant import GrantStore
    from gatelet.oauth.revocation_list import RevocationFeed
    from gatelet.oauth.seal import Seals

SESSION_IDLE = 12 * 3600
SESSION_ABSOLUTE = 7 * 86_400
SECRET_BYTES = 16
COOKIE = "gs1_"


@dataclass(frozen=True, kw_only=True)
class Session:
    """One sign-in of a user and the grants that were made in it. Times are epoch seconds."""

    sub: str
    session_id: str
    created_at: int
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    idle_expires_at: int
    expires_at: int
    grants: frozenset[str] = frozenset()

    def lives(self, now: int) -> bool:
        """Tell whether the session has neither idled nor lasted too long."""
        return now < min(self.idle_expires_at, self.expires_at)


class SessionEnded(Exception):
    """The session ended, or expired, before a grant could join it."""


class Sessions(Protocol):
    """Where sessions are kept. Every method raises TemporarilyUnavailable when it cannot answer."""

    def get(self, sub: str, session_id: str) -> Session | None:
        """Read a session, strongly consistent."""

    def create(self, session: Session) -> None:
        """Write a session."""

    def join(self, session: Session, gid: str, now: int) -> None:
        """Add a grant to a session that lives, which then idles anew. Raises SessionEnded."""

    def end(self, sub: str, session_id: str) -> frozenset[str] | None:
        """Let no grant join any more, and return those that there are; None where there is no session."""

    def keep(self, sub: str, session_id: str, grants: frozenset[str]) -> None:
        """Let a session that has ended list the grants that go on."""

    def delete(self, sub: str, session_id: str) -> None:
        """Forget a session that has ended."""


@dataclass(frozen=True, kw_only=True)
class SessionHandle:
    """What the cookie of a session says: whose it is, and the secret that names it."""

    sub: str
    secret: bytes

    @property
    def session_id(self) -> str:
        """The one name of the session that is stored and shown: a hash of its secret."""
        return base64url.encode(hashlib.sha256(self.secret).digest()[:16])

    def seal(self, seals: Seals) -> str:
        """Return the value of the cookie."""
        return seals.seal(COOKIE, self.secret + self.sub.encode())


def open_session_handle(seals: Seals, cookie: str) -> SessionHandle | None:
    """Read a cookie that we made; anything else is no session."""
    try:
        body = seals.open(COOKIE, cookie)
    except BrokenSeal:
        return None
    return SessionHandle(sub=body[SECRET_BYTES:].decode(), secret=body[:SECRET_BYTES])


def end_session(
    sub: str,
    session_id: str,
    *,
    sessions: Sessions,
    grants: GrantStore,
    feed: RevocationFeed,
    now: int,
    everything: bool = False,
) -> None:
    """End a session and the grants made in it. OpenID Connect RP-Initiated Logout 1.0 §2

    Those with offline_access go on without the user, unless `everything` is to end (OIDC Core §11). The
    ended session goes on listing them, so that they can be found. A retry after a fault ends what is left.
    """
    kept = set()
    for gid in sessions.end(sub, session_id) or ():
        grant = grants.get(gid)
        if grant is None:
            _end_on_its_way(gid, grants, feed, now)
        elif OFFLINE_ACCESS in grant.scope and not everything:
            kept.add(gid)
        else:
            revoke_grant(grant, grants, feed, now)
    if kept:
        sessions.keep(sub, session_id, frozenset(kept))
    else:
        sessions.delete(sub, session_id)


def _end_on_its_way(gid: str, grants: GrantStore, feed: RevocationFeed, now: int) -> None:
    """Take the place of a grant that joined the session and is not written yet."""
    feed.announce(RevocationEvent(type="grant", id=gid))
    grants.bury(gid, ttl=now + REFRESH_ABSOLUTE)
