"""The login sessions of the grants table: an item under the subject that lists its grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.accounts.session import SESSION_IDLE, Session, SessionEnded
from gatelet.aws.grants import KEPT_AFTER_EXPIRY, SHAPE
from gatelet.aws.table import Conflict
from gatelet.oauth.grant import REFRESH_ABSOLUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatelet.aws.table import Table
    from gatelet.oauth.grant import Grant


class Sessions:
    """Implements `gatelet.accounts.session.Sessions` and `gatelet.oauth.grant.SessionStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

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
                grants=frozenset({grant.gid}),
            )
        )

    def create(self, session: Session) -> None:
        """Write a session."""
        self._table.put(session_to_item(session))

    def join(self, session: Session, gid: str, now: int) -> None:
        """Add a grant to a session that lives. Raises SessionEnded."""
        pk, sk = session_key(session.sub, session.session_id)
        try:
            self._table.update(
                pk,
                sk,
                "SET #idle_expires_at = :idle ADD #grants :gid",
                condition="#expires_at > :now AND #idle_expires_at > :now",
                idle=now + SESSION_IDLE,
                gid={gid},
                now=now,
            )
        except Conflict:
            raise SessionEnded from None

    def end(self, sub: str, session_id: str) -> frozenset[str] | None:
        """Let no grant join any more, and return those that there are; None where there is no session."""
        pk, sk = session_key(sub, session_id)
        try:
            item = self._table.update(pk, sk, "SET #expires_at = :ended", condition="attribute_exists(#pk)", ended=0)
        except Conflict:
            return None
        return frozenset(item.get("grants", ()))

    def keep(self, sub: str, session_id: str, grants: frozenset[str]) -> None:
        """Let a session that has ended list the grants that go on."""
        pk, sk = session_key(sub, session_id)
        try:
            self._table.update(pk, sk, "SET #grants = :grants", condition="attribute_exists(#pk)", grants=grants)
        except Conflict:
            return  # somebody ended everything meanwhile

    def delete(self, sub: str, session_id: str) -> None:
        """Forget a session that has ended."""
        self._table.delete(*session_key(sub, session_id))

    def of_subject(self, sub: str) -> Iterator[Session]:
        """Read every session of a subject: an exact query by key."""
        return map(session_from_item, self._table.query(f"SUBJECT#{sub}"))


def session_key(sub: str, session_id: str) -> tuple[str, str]:
    """Return the key of a session's item."""
    return f"SUBJECT#{sub}", f"SESSION#{session_id}"


def session_to_item(session: Session) -> dict[str, Any]:
    """Render a session as an item; DynamoDB has no empty sets."""
    pk, sk = session_key(session.sub, session.session_id)
    grants = {"grants": session.grants} if session.grants else {}
    return {
        **{name: value for name, value in vars(session).items() if name != "grants"},
        **grants,
        "pk": pk,
        "sk": sk,
        "shape": SHAPE,
        "ttl": session.expires_at + REFRESH_ABSOLUTE + KEPT_AFTER_EXPIRY,
    }


def session_from_item(item: dict[str, Any]) -> Session:
    """Read a session from its item."""
    return Session(
        sub=item["sub"],
        session_id=item["session_id"],
        created_at=item["created_at"],
        auth_time=item["auth_time"],
        acr=item.get("acr", ""),
        amr=tuple(item["amr"]),
        idle_expires_at=item.get("idle_expires_at", item["expires_at"]),
        expires_at=item["expires_at"],
        grants=frozenset(item.get("grants", ())),
    )
