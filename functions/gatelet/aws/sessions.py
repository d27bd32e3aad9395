"""The login sessions of the grants table: an item under the subject that lists its grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.accounts.session import SESSION_IDLE, Session, SessionEnded, of_no_account_from
from gatelet.aws.grants import KEPT_AFTER_EXPIRY, SHAPE
from gatelet.aws.table import Conflict
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.grant import REFRESH_ABSOLUTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gatelet.aws.table import Table
    from gatelet.oauth.grant import Grant


MOST_IDLE = 16
"""Grants of no account that a session may list: a client that renews without refresh tokens makes one each time."""
UNKNOWN = 2**33
"""When a grant is of no account of which a release before this one wrote no time: never."""


class Sessions:
    """Implements `gatelet.accounts.session.Sessions` and `gatelet.oauth.grant.SessionStore`."""

    def __init__(self, table: Table, *, on_ended: Callable[[str, str], None] | None = None) -> None:
        """`on_ended` is told whose session has ended, and which."""
        self._table = table
        self._on_ended = on_ended

    def get(self, sub: str, session_id: str) -> Session | None:
        """Read a session."""
        item = self._table.get(*session_key(sub, session_id))
        return session_from_item(item) if item else None

    def put(self, grant: Grant, *, now: int) -> None:
        """Write a session that lists one grant and lives as long as it may."""
        self.create(
            Session(
                sub=grant.sub,
                session_id=grant.session_id,
                created_at=now,
                auth_time=grant.auth_time,
                acr=grant.acr,
                amr=grant.amr,
                idle_expires_at=grant.absolute_expires_at,
                expires_at=grant.absolute_expires_at,
                grants={grant.gid: of_no_account_from(grant)},
            )
        )

    def create(self, session: Session) -> None:
        """Write a session."""
        self._table.put(session_to_item(session))

    def join(self, session: Session, grant: Grant, now: int) -> None:
        """Add a grant to a session that lives, and forget many that are of no account. Raises SessionEnded."""
        try:
            item = self._table.update(
                *session_key(session.sub, session.session_id),
                "SET #idle_expires_at = :idle ADD #grants :grants, #good_until :good_until",
                condition="#expires_at > :now AND #idle_expires_at > :now",
                idle=now + SESSION_IDLE,
                now=now,
                grants={grant.gid},
                good_until=_good_until({grant.gid: of_no_account_from(grant)}),
            )
        except Conflict:
            raise SessionEnded from None
        self._tidy(session_from_item(item), now)

    def end(self, sub: str, session_id: str) -> Mapping[str, int] | None:
        """Let no grant join any more, and return those that there are; None where there is no session."""
        change = "SET #expires_at = :ended REMOVE #handed_over"
        try:
            item = self._table.update(*session_key(sub, session_id), change, condition="attribute_exists(#pk)", ended=0)
        except Conflict:
            return None
        self._tell_end(sub, session_id)
        return session_from_item(item).grants

    def hand_over(self, sub: str, session_id: str) -> Mapping[str, int] | None:
        """Let no grant join any more, and return those that go over. Raises SessionEnded.

        A release before this one takes a session that was handed over for one that has ended.
        """
        try:
            item = self._table.update(
                *session_key(sub, session_id),
                "SET #expires_at = :ended, #handed_over = :yes",
                condition="attribute_exists(#pk) AND (#expires_at > :ended OR #handed_over = :yes)",
                ended=0,
                yes=True,
            )
        except Conflict as conflict:
            if conflict.item is not None:
                raise SessionEnded from None
            return None
        self._tell_end(sub, session_id)
        return session_from_item(item).grants

    def drop(self, sub: str, session_id: str, grants: Mapping[str, int]) -> None:
        """Let a session list these grants no longer; no fault where somebody deleted it meanwhile."""
        pk, sk = session_key(sub, session_id)
        change, condition = "DELETE #grants :grants, #good_until :good_until", "attribute_exists(#pk)"
        try:
            self._table.update(
                pk, sk, change, condition=condition, grants=frozenset(grants), good_until=_good_until(grants)
            )
        except Conflict:
            return

    def delete(self, sub: str, session_id: str) -> None:
        """Forget a session that has ended."""
        self._table.delete(*session_key(sub, session_id))

    def end_empty(self, sub: str, session_id: str) -> Mapping[str, int]:
        """Forget a session that lists no grant; else change nothing, and return those that it lists."""
        try:
            self._table.delete(*session_key(sub, session_id), condition="attribute_not_exists(#grants)")
        except Conflict as conflict:
            if conflict.item is None:
                raise
            return session_from_item(conflict.item).grants
        self._tell_end(sub, session_id)
        return {}

    def of_subject(self, sub: str) -> Iterator[Session]:
        """Read every session of a subject: an exact query by key."""
        return map(session_from_item, self._table.query(f"SUBJECT#{sub}"))

    def _tell_end(self, sub: str, session_id: str) -> None:
        if self._on_ended:
            self._on_ended(sub, session_id)

    def _tidy(self, session: Session, now: int) -> None:
        idle = {gid: until for gid, until in session.grants.items() if now >= until}
        if len(idle) < MOST_IDLE:
            return
        try:
            self.drop(session.sub, session.session_id, idle)
        except TemporarilyUnavailable:
            return  # the grant has joined, which is what matters; the next one tries again


def session_key(sub: str, session_id: str) -> tuple[str, str]:
    """Return the key of a session's item."""
    return f"SUBJECT#{sub}", f"SESSION#{session_id}"


def session_to_item(session: Session) -> dict[str, Any]:
    """Render a session as an item; DynamoDB has no empty sets."""
    pk, sk = session_key(session.sub, session.session_id)
    grants: dict[str, Any] = {}
    if session.grants:
        grants = {"grants": frozenset(session.grants), "good_until": _good_until(session.grants)}
    return {
        **{name: value for name, value in vars(session).items() if name != "grants" and value is not None},
        **grants,
        "pk": pk,
        "sk": sk,
        "shape": SHAPE,
        "ttl": session.expires_at + REFRESH_ABSOLUTE + KEPT_AFTER_EXPIRY,
    }


def session_from_item(item: dict[str, Any]) -> Session:
    """Read a session from its item."""
    times = (member.rpartition(":") for member in sorted(item.get("good_until", ())))
    good_until = {gid: int(until) for gid, _, until in times}
    return Session(
        sub=item["sub"],
        session_id=item["session_id"],
        created_at=item["created_at"],
        auth_time=item["auth_time"],
        acr=item.get("acr", ""),
        amr=tuple(item["amr"]),
        idle_expires_at=item.get("idle_expires_at", item["expires_at"]),
        expires_at=item["expires_at"],
        grants={gid: good_until.get(gid, UNKNOWN) for gid in sorted(item.get("grants", ()))},
        predecessor=item.get("predecessor"),
    )


def _good_until(grants: Mapping[str, int]) -> frozenset[str]:
    """Return how long each grant counts: a set too, which can be added to without reading."""
    return frozenset(f"{gid}:{until}" for gid, until in grants.items())
