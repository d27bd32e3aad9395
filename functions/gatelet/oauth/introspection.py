"""What a token is worth at this very moment, told to those whom it concerns. RFC 7662"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from gatelet.oauth.access_token import verify_access_token
from gatelet.oauth.errors import InvalidClient, InvalidToken
from gatelet.oauth.grant import may_refresh
from gatelet.oauth.handle import REFRESH_TOKEN
from gatelet.oauth.revocation_check import require_live_grant, require_unrevoked
from gatelet.oauth.scope import format_scope
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from gatelet.oauth.access_token import AccessToken, VerificationKeys
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant, GrantStore
    from gatelet.oauth.handle import HandleKeys
    from gatelet.oauth.protected_resource import Revocations
    from gatelet.oauth.resource_server import ResourceServers


class Apis(Protocol):
    """Where protected APIs are registered."""

    def resource_servers(self) -> ResourceServers:
        """Return every protected API."""


def require_confidential(client: Client) -> None:
    """Require a client that has proved who it is: anybody can claim to be a public one. RFC 7662 §2.1

    Raises InvalidClient.
    """
    if client.is_public:
        raise InvalidClient(f"public client {client.client_id} may not introspect", challenge=True)


@dataclass(frozen=True, kw_only=True)
class Introspection:
    """The introspection endpoint with all that it works on."""

    handles: HandleKeys
    grants: GrantStore
    keys: VerificationKeys
    revocations: Revocations
    directory: Apis
    issuer: str

    def introspect(self, token: str, client: Client, now: int) -> dict[str, Any]:
        """Return the members of an active token. RFC 7662 §2.2

        Raises InvalidToken for any other, and for one that is not this client's business: who asks
        learns nothing about either. `token_type_hint` is not needed: the two kinds of token cannot be
        taken for each other. Raises TemporarilyUnavailable where it cannot be known.
        """
        if token.startswith(REFRESH_TOKEN):
            return self._refresh_token(token, client, now)
        return self._access_token(token, client, now)

    def _access_token(self, token: str, client: Client, now: int) -> dict[str, Any]:
        verified = verify_access_token(token, keys=self.keys, issuer=self.issuer, audience=None, now=now)
        self._require_audience(verified.claims, client)
        require_unrevoked(verified, grants=self.grants, revocations=self.revocations, now=now)
        return {"active": True, "token_type": "Bearer", **verified.claims.members()}

    def _require_audience(self, claims: AccessToken, client: Client) -> None:
        """Require the client that the token's API lets introspect. RFC 7662 §4"""
        audience = self.directory.resource_servers().get(claims.aud)
        if audience is None or audience.introspection_client_id != client.client_id:
            raise InvalidToken(f"{client.client_id} does not introspect for {claims.aud}")

    def _refresh_token(self, token: str, client: Client, now: int) -> dict[str, Any]:
        try:
            handle = self.handles.open(REFRESH_TOKEN, token)
        except BrokenSeal as error:
            raise InvalidToken(str(error)) from None
        if not handle.belongs_to(client.client_id) or not may_refresh(client):
            raise InvalidToken(f"{client.client_id} cannot use the refresh token of grant {handle.grant_id}")
        grant = require_live_grant(self.grants.get(handle.grant_id), now)
        if grant.client_id != client.client_id or grant.generation != handle.generation:
            raise InvalidToken(f"not the present refresh token of grant {grant.gid}")
        return self._members(grant)

    def _members(self, grant: Grant) -> dict[str, Any]:
        """Return what a refresh token stands for: no `aud` and no `token_type`, so that no API takes it for access."""
        return {
            "active": True,
            "iss": self.issuer,
            "sub": grant.sub,
            "client_id": grant.client_id,
            "scope": format_scope(grant.scope),
            "iat": grant.rotated_at,
            "exp": min(grant.idle_expires_at, grant.absolute_expires_at),
            "gid": grant.gid,
            "auth_time": grant.auth_time,
            "acr": grant.acr,
        }
