"""The grants that a session lists: which of them count, and how many there may be."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from gatelet.oauth.access_token import LONGEST_LIFETIME
from gatelet.oauth.grant import PENDING, REVOKED
from gatelet.oauth.openid import OFFLINE_ACCESS
from gatelet.oauth.revocation import revoke_grant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.accounts.session import Session, Sessions
    from gatelet.oauth.grant import Grant, GrantStore
    from gatelet.oauth.revocation_list import RevocationFeed

MOST_READ = 100
"""Grants that one request looks at, when it takes over those of the session before or makes room."""
MOST_LISTED = 500
"""Grants of a session: one request can still end them all. An item of DynamoDB would hold some 7,000."""
ROOM = 16
"""Grants that are taken from a list that is full: they are not looked at for each one that joins."""


def worth_keeping(listed: Mapping[str, int], grants: GrantStore, now: int) -> dict[str, int]:
    """Return those of a session's grants of which a token may be good, or become so.

    Only so many are read, for a sign-in must come to its end; the others are kept.
    """
    current = {gid: until for gid, until in listed.items() if now < until}
    dead = {gid for gid in islice(current, MOST_READ) if _is_dead(grants.get(gid), now)}
    return {gid: until for gid, until in current.items() if gid not in dead}


def make_room(
    session: Session, gid: str, *, sessions: Sessions, grants: GrantStore, feed: RevocationFeed, now: int
) -> None:
    """Make room in a full list before one more grant joins it. Whatever leaves is dead by then.

    Some grants are read: those next to the new one, whose id is random. Where too few of them are dead, others
    end: of the client that has most of them, so that nobody loses a grant to a client that makes thousands;
    those that rest longest, and last those that are to go on without the session.
    Raises TemporarilyUnavailable.
    """
    if len(session.grants) < MOST_LISTED:
        return
    gids = sorted(session.grants)
    place = bisect(gids, gid)
    found = {each: grants.get(each) for each in (*gids[place:], *gids[:place])[:MOST_READ]}
    leaving = [each for each, grant in found.items() if now >= session.grants[each] or _is_dead(grant, now)]
    living = [grant for each, grant in found.items() if grant is not None and each not in leaving]
    if len(leaving) < ROOM and living:
        ((client_id, _),) = Counter(grant.client_id for grant in living).most_common(1)
        rested = sorted((grant for grant in living if grant.client_id == client_id), key=_rest)
        for grant in rested[: ROOM - len(leaving)]:
            revoke_grant(grant, grants, feed, now)
            leaving.append(grant.gid)
    if leaving:
        sessions.drop(session.sub, session.session_id, {each: session.grants[each] for each in leaving})


def _rest(grant: Grant) -> tuple[bool, int]:
    return OFFLINE_ACCESS in grant.scope, grant.rotated_at


def _is_dead(grant: Grant | None, now: int) -> bool:
    if grant is None:
        return False  # it may be on its way
    if grant.status == PENDING:
        return now >= grant.code_expires_at
    return grant.status == REVOKED or now >= grant.idle_expires_at + LONGEST_LIFETIME
