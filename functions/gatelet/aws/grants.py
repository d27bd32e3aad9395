"""The grants table: grants and login sessions."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gatelet.aws.table import Conflict
from gatelet.oauth.errors import InvalidGrant
from gatelet.oauth.grant import (
    ACTIVE,
    PENDING,
    REFRESH_IDLE,
    REVOKED,
    Grant,
    RedemptionRefused,
    RotationRefused,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.aws.table import Table

SHAPE = 1
"""The version of an item's shape: two releases may read each other's while one replaces the other."""
KEPT_AFTER_EXPIRY = 86_400


class Grants:
    """Implements `gatelet.oauth.grant.GrantStore`; every transition is one conditional write."""

    def __init__(self, table: Table, *, on_revoked: Callable[[str, str | None], None] | None = None) -> None:
        """`on_revoked` is told which grant is revoked, and whose it was where that is known."""
        self._table = table
        self._on_revoked = on_revoked

    def get(self, gid: str) -> Grant | None:
        """Read a grant."""
        item = self._table.get(*grant_key(gid))
        return _grant_or_none(item)

    def put(self, grant: Grant) -> None:
        """Write a grant that was not there."""
        try:
            self._table.put(_to_item(grant), condition="attribute_not_exists(#pk)")
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

    def redeem(
        self,
        gid: str,
        *,
        client_id: str,
        redirect_uri: str | None,
        code_challenge: str,
        attempt: str,
        now: int,
    ) -> Grant:
        """Turn a pending grant active. Raises RedemptionRefused with the grant as it was."""
        same_uri, values = ("", {}) if redirect_uri is None else (" AND #redirect_uri = :uri", {"uri": redirect_uri})
        pk, sk = grant_key(gid)
        try:
            item = self._table.update(
                pk,
                sk,
                "SET #status = :active, #rotated_at = :now, #idle_expires_at = :idle, #attempt = :attempt",
                condition="#status = :pending AND #client_id = :client_id AND #code_challenge = :challenge"
                f" AND #code_expires_at > :now{same_uri}",
                active=ACTIVE,
                pending=PENDING,
                now=now,
                idle=now + REFRESH_IDLE,
                attempt=attempt,
                client_id=client_id,
                challenge=code_challenge,
                **values,
            )
        except Conflict as conflict:
            raise RedemptionRefused(_grant_or_none(conflict.item)) from None
        return grant_from_item(item)

    def put_once(self, grant: Grant) -> Grant:
        """Write a grant unless it is there already, and return what is there: a form may be sent twice."""
        try:
            self._table.put(_to_item(grant), condition="attribute_not_exists(#pk)")
        except Conflict as conflict:
            found = _grant_or_none(conflict.item)
            if found is None:
                raise InvalidGrant(f"grant {grant.gid} was ended while it was being made") from None
            return found
        return grant

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
            item = self._table.update(pk, sk, "SET #status = :revoked", condition=condition, revoked=REVOKED, **values)
        except Conflict:
            return False
        if self._on_revoked:
            self._on_revoked(gid, item.get("sub"))
        return True


def grant_key(gid: str) -> tuple[str, str]:
    """Return the key of a grant's item."""
    return f"GRANT#{gid}", "GRANT"


def _to_item(grant: Grant) -> dict[str, Any]:
    pk, sk = grant_key(grant.gid)
    return {**asdict(grant), "pk": pk, "sk": sk, "shape": SHAPE, "ttl": grant.absolute_expires_at + KEPT_AFTER_EXPIRY}


def _grant_or_none(item: dict[str, Any] | None) -> Grant | None:
    """Read a grant; one that was ended before it was written has nothing but its end."""
    return grant_from_item(item) if item and "client_id" in item else None


def grant_from_item(item: dict[str, Any]) -> Grant:
    """Read a grant from its item; members that a newer release wrote are ignored."""
    members = {name: item[name] for name in Grant.__dataclass_fields__ if name in item}
    lists = ("scope", "amr", "id_token_claims", "userinfo_claims")
    return Grant(**{**members, **{name: tuple(members[name]) for name in lists if name in members}})
