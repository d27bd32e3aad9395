"""A sign-in in a browser that has a session already: what the new session takes over. RFC 9700 §4.12"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gatelet.accounts.listed_grants import worth_keeping
from gatelet.accounts.session import SessionEnded, end_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.accounts.session import Session, SessionHandle, Sessions
    from gatelet.oauth.grant import GrantStore
    from gatelet.oauth.revocation_list import RevocationFeed


def begin_session(
    session: Session,
    before: SessionHandle | None,
    *,
    sessions: Sessions,
    grants: GrantStore,
    feed: RevocationFeed,
    now: int,
) -> None:
    """Write a session, once the one that the browser had before is over.

    Of the same user, its grants go over into the new one. Of another user, or where a logout has left something
    of it, it ends as at a logout: nobody could end it later, for the browser forgets it now.
    """
    if before is None:
        sessions.create(session)
        return
    try:
        listed = _handed_over(before, session.sub, sessions)
    except SessionEnded:
        end_session(before.sub, before.session_id, sessions=sessions, grants=grants, feed=feed, now=now)
        sessions.create(session)
        return
    kept = worth_keeping(listed, grants, now)
    sessions.create(replace(session, predecessor=before.session_id, grants=kept))
    sessions.delete(before.sub, before.session_id)


def _handed_over(before: SessionHandle, sub: str, sessions: Sessions) -> Mapping[str, int]:
    """Return the grants that the session before hands over. Raises SessionEnded where they are to end with it.

    A form that is sent twice makes two sessions, and the browser keeps either of them: so both list the grants.
    The session before may be gone by then; the one that followed it lists what it handed over.
    """
    if before.sub != sub:
        raise SessionEnded
    listed = sessions.hand_over(sub, before.session_id)
    if listed is not None:
        return listed
    successors = (each for each in sessions.of_subject(sub) if each.predecessor == before.session_id)
    return {gid: until for each in successors if not each.has_ended for gid, until in each.grants.items()}
