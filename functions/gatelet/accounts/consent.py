"""What a user has allowed a client to do. OpenID Connect Core §3.1.2.4"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from gatelet.oauth.client import Client


@dataclass(frozen=True, kw_only=True)
class Consent:
    """The scopes that a user allowed one client, and since when."""

    client_id: str
    scope: frozenset[str]
    since: int


class Consents(Protocol):
    """Where consents are kept. Every method raises TemporarilyUnavailable when it cannot answer."""

    def get(self, sub: str, client_id: str) -> Consent | None:
        """Read what a user has allowed a client."""

    def remember(self, sub: str, consent: Consent) -> None:
        """Add scopes to what a user has allowed a client."""


def needs_consent(
    client: Client, scope: Collection[str], prompt: Collection[str], consents: Consents, sub: str
) -> bool:
    """Tell whether the user must be asked: a first-party client is trusted, unless it wants to be asked about."""
    if "consent" in prompt:
        return True
    if client.first_party:
        return False
    known = consents.get(sub, client.client_id)
    return known is None or not set(scope) <= known.scope
