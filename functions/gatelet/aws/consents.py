"""The consents of the credentials table: one item for a user and a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.accounts.consent import Consent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatelet.aws.table import Table


class Consents:
    """Implements `gatelet.accounts.consent.Consents`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, sub: str, client_id: str) -> Consent | None:
        """Read what a user has allowed a client."""
        item = self._table.get(*_key(sub, client_id))
        return _from_item(item) if item else None

    def remember(self, sub: str, consent: Consent) -> None:
        """Add scopes to what a user has allowed a client; the first time counts as `since`."""
        pk, sk = _key(sub, consent.client_id)
        self._table.update(
            pk,
            sk,
            "SET #client_id = :client_id, #since = if_not_exists(#since, :since) ADD #scope :scope",
            client_id=consent.client_id,
            since=consent.since,
            scope=set(consent.scope),
        )

    def forget(self, sub: str, client_id: str) -> None:
        """Take back everything that a user has allowed a client."""
        self._table.delete(*_key(sub, client_id))

    def of_subject(self, sub: str) -> Iterator[Consent]:
        """Read everything that a user has allowed."""
        return map(_from_item, self._table.query(f"CONSENT#{sub}"))


def _key(sub: str, client_id: str) -> tuple[str, str]:
    return f"CONSENT#{sub}", client_id


def _from_item(item: dict[str, Any]) -> Consent:
    return Consent(client_id=item["client_id"], scope=frozenset(item["scope"]), since=item["since"])
