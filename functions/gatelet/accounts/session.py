"""Login sessions: who is signed in, in which browser, since when. OpenID Connect Core §3.1.2.3"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from gatelet.oauth import base64url
from gatelet.oauth.access_token import LONGEST_LIFETIME
from gatelet.oauth.grant import REFRESH_ABSOLUTE
from gatelet.oauth.openid import OFFLINE_ACCESS
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gatelet.oauth.grant import Grant, GrantStore
    from gatelet.oauth.revocation_list import RevocationFeed
    from gatelet.oauth.seal import Seals

SESSION_IDLE = 12 * 3600
SESSION_ABSOLUTE = 7 * 86_400
SECRET_BYTES = 16
SESSION_ID = re.compile(r"[A-Za-z0-9_-]{22}")
COOKIE = "gs1_"
ENDED_AT_ONCE = 25
"""Grants that are ended before it is written down: as many are ended again where the time of a request is over."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One sign-in of a user. Times are epoch seconds.

    `grants` are those that were made in it, each with the time from which it is of no account; `predecessor` is
    the session of the same browser that handed some of them over.
    """

    sub: str
    session_id: str
    created_at: int
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    idle_expires_at: int
    expires_at: int
    grants: Mapping[str, int] = field(default_factory=dict)
    predecessor: str | None = None

    def lives(self, now: int) -> bool:
        """Tell whether the session has neither idled nor lasted too long."""
        return now < min(self.idle_expires_at, self.expires_at)

    @property
    def has_ended(self) -> bool:
        """Tell whether somebody ended the session: what it still lists ends too, goes over, or goes on without it."""
        return self.expires_at == 0


def of_no_account_from(grant: Grant) -> int:
    """Return when a grant cannot be renewed any more, and the last access token of it has expired."""
    return grant.absolute_expires_at + LONGEST_LIFETIME


class SessionEnded(Exception):
    """The session ended, or expired, before a grant could join it."""


class Sessions(Protocol):
    """Where sessions are kept. Every method raises TemporarilyUnavailable when it cannot answer."""

    def get(self, sub: str, session_id: str) -> Session | None:
        """Read a session, strongly consistent."""

    def create(self, session: Session) -> None:
        """Write a session."""

    def join(self, session: Session, grant: Grant, now: int) -> None:
        """Add a grant to a session that lives, which then idles anew. Raises SessionEnded."""

    def end(self, sub: str, session_id: str) -> Mapping[str, int] | None:
        """Let no grant join any more, and return those that there are; None where there is no session."""

    def hand_over(self, sub: str, session_id: str) -> Mapping[str, int] | None:
        """Do what `end` does for a session whose grants go over into another one; it may be repeated.

        Raises SessionEnded where it was ended otherwise.
        """

    def drop(self, sub: str, session_id: str, grants: Mapping[str, int]) -> None:
        """Let a session list these grants no longer; no fault where somebody deleted it meanwhile."""

    def delete(self, sub: str, session_id: str) -> None:
        """Forget a session that has ended."""

    def end_empty(self, sub: str, session_id: str) -> Mapping[str, int]:
        """Forget a session that lists no grant; else change nothing, and return those that it lists."""

    def of_subject(self, sub: str) -> Iterator[Session]:
        """Read every session of a subject, strongly consistent."""


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
    ended session goes on listing them, so that they can be found. What has ended is written down every now
    and then: a retry, after a fault or because there are too many for one request, ends what is left.
    """
    listed = sessions.end(sub, session_id) or {}
    ended: dict[str, int] = {}
    kept = False
    for gid, until in listed.items():
        if now < until and not _end_grant(gid, everything=everything, grants=grants, feed=feed, now=now):
            kept = True
            continue
        ended[gid] = until
        if len(ended) == ENDED_AT_ONCE:
            sessions.drop(sub, session_id, ended)
            ended = {}
    if not kept:
        sessions.delete(sub, session_id)
    elif ended:
        sessions.drop(sub, session_id, ended)


def end_every_session(
    sub: str, present: str, *, sessions: Sessions, grants: GrantStore, feed: RevocationFeed, now: int
) -> None:
    """End every session of a user and every grant that they list, the present session last of all.

    It goes when it lists no grant any more, in the very write that finds that so: until then whoever was cut
    off, by a fault or because there are too many for one request, is signed in and can go on.
    """
    for session in list(sessions.of_subject(sub)):
        if session.session_id != present:
            end_session(sub, session.session_id, sessions=sessions, grants=grants, feed=feed, now=now, everything=True)
    while listed := sessions.end_empty(sub, present):
        some = dict(islice(listed.items(), ENDED_AT_ONCE))
        for gid in (gid for gid, until in some.items() if now < until):
            _end_grant(gid, everything=True, grants=grants, feed=feed, now=now)
        sessions.drop(sub, present, some)


def _end_grant(gid: str, *, everything: bool, grants: GrantStore, feed: RevocationFeed, now: int) -> bool:
    """End one grant of a session, and tell whether it does not go on."""
    grant = grants.get(gid)
    if grant is None:
        _end_on_its_way(gid, grants, feed, now)
    elif OFFLINE_ACCESS in grant.scope and not everything:
        return False
    else:
        revoke_grant(grant, grants, feed, now)
    return True


def _end_on_its_way(gid: str, grants: GrantStore, feed: RevocationFeed, now: int) -> None:
    """Take the place of a grant that joined the session and is not written yet."""
    feed.announce(RevocationEvent(type="grant", id=gid))
    grants.bury(gid, ttl=now + REFRESH_ABSOLUTE)
