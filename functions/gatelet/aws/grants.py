"""The grants table: grants and login sessions."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gatelet.aws.table import Conflict
from gatelet.oauth.errors import InvalidGrant
from gatelet.oauth.grant import ACTIVE, REFRESH_IDLE, REVOKED, Grant, RotationRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatelet.aws.table import Table

SHAPE = 1
"""The version of an item's shape: two releases may read each other's while one replaces the other."""
KEPT_AFTER_EXPIRY = 86_400


class Grants:
    """Implements `gatelet.oauth.grant.GrantStore`; every transition is one conditional write."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, gid: str) -> Grant | None:
        """Read a grant."""
        item = self._table.get(*grant_key(gid))
        return _grant_or_none(item)

    def put(self, grant: Grant) -> None:
        """Write a grant that was not there."""
        pk, sk = grant_key(grant.gid)
        item = {
            **asdict(grant),
            "pk": pk,
            "sk": sk,
            "shape": SHAPE,
            "ttl": grant.absolute_expires_at + KEPT_AFTER_EXPIRY,
        }
        try:
            self._table.put(item, condition="attribute_not_exists(#pk)")
        except Conflict as conflict:
            if conflict.item is None or conflict.item.get("attempt") != grant.attempt:
                raise InvalidGrant(f"grant {grant.gid} was ended while it was being made") from None

    def bury(self, gid: str, ttl: int) -> None:
        """Make a grant revoked that may be on its way: whoever makes it finds its place taken."""
        self._table.update(
            *grant_key(gid),
            "SET #status = :revoked, #ttl = if_not_exists(#ttl, :ttl)",
            revoked=REVOKED,
            ttl=ttl,
        )

    def rotate(self, gid: str, *, client_id: str, generation: int, attempt: str, now: int) -> Grant:
        """Turn generation g into g + 1. Raises RotationRefused with the grant as it was."""
        try:
            item = self._table.update(
                *grant_key(gid),
                "SET #generation = :successor, #rotated_at = :now, #idle_expires_at = :idle, #attempt = :attempt",
                condition="#status = :active AND #client_id = :client_id AND #generation = :generation"
                " AND #idle_expires_at > :now AND #absolute_expires_at > :now",
                successor=generation + 1,
                generation=generation,
                now=now,
                idle=now + REFRESH_IDLE,
                attempt=attempt,
                active=ACTIVE,
                client_id=client_id,
            )
        except Conflict as conflict:
            raise RotationRefused(_grant_or_none(conflict.item)) from None
        return grant_from_item(item)

    def revoke(self, gid: str, *, generation: int | None = None) -> bool:
        """Make a grant revoked, and tell whether it is there (and still at that generation)."""
        condition, values = "attribute_exists(#pk)", {}
        if generation is not None:
            condition, values = f"{condition} AND #generation = :generation", {"generation": generation}
        pk, sk = grant_key(gid)
        try:
            self._table.update(pk, sk, "SET #status = :revoked", condition=condition, revoked=REVOKED, **values)
        except Conflict:
            return False
        return True


class Sessions:
    """Implements `gatelet.oauth.grant.SessionStore`: an item under the subject that lists its grants."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, grant: Grant, *, now: int) -> None:
        """Write a session that lists one grant."""
        pk, sk = session_key(grant.sub, grant.session_id)
        self._table.put(
            {
                "pk": pk,
                "sk": sk,
                "shape": SHAPE,
                "sub": grant.sub,
                "session_id": grant.session_id,
                "grants": {grant.gid},
                "auth_time": grant.auth_time,
                "amr": grant.amr,
                "created_at": now,
                "expires_at": grant.absolute_expires_at,
                "ttl": grant.absolute_expires_at + KEPT_AFTER_EXPIRY,
            }
        )

    def of_subject(self, sub: str) -> Iterator[dict[str, Any]]:
        """Read every session of a subject: an exact query by key."""
        return self._table.query(f"SUBJECT#{sub}")


def grant_key(gid: str) -> tuple[str, str]:
    """Return the key of a grant's item."""
    return f"GRANT#{gid}", "GRANT"


def session_key(sub: str, session_id: str) -> tuple[str, str]:
    """Return the key of a session's item."""
    return f"SUBJECT#{sub}", f"SESSION#{session_id}"


def _grant_or_none(item: dict[str, Any] | None) -> Grant | None:
    """Read a grant; one that was ended before it was written has nothing but its end."""
    return grant_from_item(item) if item and "client_id" in item else None


def grant_from_item(item: dict[str, Any]) -> Grant:
    """Read a grant from its item; members that a newer release wrote are ignored."""
    members = {name: item[name] for name in Grant.__dataclass_fields__ if name in item}
    return Grant(**{**members, "scope": tuple(item["scope"]), "amr": tuple(item["amr"])})
