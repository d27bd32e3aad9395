"""What a client may know of the user who signed in. OpenID Connect Core §5.3"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gatelet.oauth.access_token import verify_access_token
from gatelet.oauth.errors import InsufficientScope, InvalidToken
from gatelet.oauth.openid import OPENID, claims_for
from gatelet.oauth.revocation_check import require_unrevoked

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerificationKeys, VerifiedToken
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import GrantStore
    from gatelet.oauth.protected_resource import Revocations
    from gatelet.oauth.resource_owner import ResourceOwner


class NoAccessToken(InvalidToken):
    """The request carries no access token at all. RFC 6750 §3.1"""


class Directory(Protocol):
    """Who is registered. Every method raises TemporarilyUnavailable when it cannot answer."""

    def client(self, client_id: str) -> Client | None:
        """Find a client by its id."""

    def resource_owner(self, sub: str) -> ResourceOwner | None:
        """Find a user by subject identifier, as it is at this moment."""


@dataclass(frozen=True, kw_only=True)
class UserInfo:
    """The userinfo endpoint with all that it works on."""

    keys: VerificationKeys
    grants: GrantStore
    revocations: Revocations
    directory: Directory
    issuer: str

    def verify(self, token: str, now: int) -> tuple[VerifiedToken, Client]:
        """Return a token for any API of this issuer, and its client. Raises InvalidToken."""
        verified = verify_access_token(token, keys=self.keys, issuer=self.issuer, audience=None, now=now)
        client = self.directory.client(verified.claims.client_id)
        if client is None or not client.enabled:
            raise InvalidToken(f"client {verified.claims.client_id} is disabled or gone")
        return verified, client

    def claims(self, token: VerifiedToken, now: int) -> dict[str, object]:
        """Return the claims that the token's scope and the `claims` parameter of its grant ask for. OIDC Core §5.4

        Raises InsufficientScope; and InvalidToken where the token is revoked, its grant has ended, or the
        user is disabled.
        """
        if OPENID not in token.claims.scope:
            raise InsufficientScope("the access token lacks the scope openid")
        grant = require_unrevoked(token, grants=self.grants, revocations=self.revocations, now=now)
        if grant is None:
            raise InsufficientScope("the access token is not a user's")
        owner = self.directory.resource_owner(grant.sub)
        if owner is None or not owner.enabled:
            raise InvalidToken(f"user {grant.sub} is disabled or gone")
        return {"sub": owner.sub, **claims_for(token.claims.scope, grant.userinfo_claims, owner.claims)}
