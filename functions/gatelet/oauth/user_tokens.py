"""What a user's grant is answered with: an access token, an ID token, a refresh token."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatelet.oauth.errors import InvalidGrant, InvalidScope, InvalidTarget
from gatelet.oauth.grant import may_refresh
from gatelet.oauth.handle import REFRESH_TOKEN
from gatelet.oauth.id_token import id_token
from gatelet.oauth.openid import OFFLINE_ACCESS, OPENID, SCOPES
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.scope import restrict

if TYPE_CHECKING:
    from collections.abc import Collection

    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant, GrantStore
    from gatelet.oauth.handle import HandleKeys
    from gatelet.oauth.issuance import Directory, Issuer
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.resource_server import ResourceServer, ResourceServers
    from gatelet.oauth.revocation_list import RevocationFeed
    from gatelet.oauth.role import Roles
    from gatelet.oauth.token_request import TokenResponse


@dataclass(frozen=True, kw_only=True)
class Registered:
    """The APIs and roles, read once for a request."""

    resource_servers: ResourceServers
    roles: Roles

    def permitted(self, owner: ResourceOwner) -> frozenset[str]:
        """Return every scope that a user may have: those of the roles, and those of OpenID Connect."""
        return self.roles.permissions(owner.roles) | frozenset(SCOPES)


@dataclass(frozen=True, kw_only=True)
class UserTokens:
    """Issues the tokens of a grant for what user, client and API allow as they are now, not as they were."""

    handles: HandleKeys
    grants: GrantStore
    feed: RevocationFeed
    directory: Directory
    issuer: Issuer

    def load(self, client: Client) -> Registered:
        """Read everything that can be read before the grant is written, so that it cannot fail afterwards.

        A client that may ask for ID tokens needs a key of its algorithm. Raises TemporarilyUnavailable.
        """
        self.issuer.signers.load()
        if OPENID in client.scope:
            self.issuer.signers.signer(client.id_token_signed_response_alg)
        return Registered(resource_servers=self.directory.resource_servers(), roles=self.directory.roles())

    def require_key(self, gid: str, registered: Registered) -> None:
        """Require a key for the access tokens of a grant, before that is written. Raises TemporarilyUnavailable.

        Which API they are for only the grant says; it is read where the stack has no key for some API.
        """
        algorithms = self.issuer.signers.algorithms()
        if {self.issuer.own_resource.signing_alg, *registered.resource_servers.signing_algs} <= algorithms:
            return
        grant = self.grants.get(gid)
        if grant is not None:
            with suppress(InvalidTarget):  # an API that is gone needs no key, and ends the grant
                self.issuer.signers.signer(self.audience(grant.audience, registered).signing_alg)

    def answer(
        self,
        grant: Grant,
        grant_secret: bytes,
        client: Client,
        *,
        registered: Registered,
        scope: Collection[str] | None,
        now: int,
        nonce: str | None = None,
    ) -> TokenResponse:
        """Answer for the grant's user as the directory has it at this moment.

        A disabled user's grant is revoked, and so is one of which nothing is allowed any more, of which the
        access token would be too long, or that may no longer outlive its session: its successor is never handed
        out, and the client's next attempt would be taken for reuse.
        Raises InvalidGrant, and InvalidScope where the access token would be too long.
        """
        found = self.directory.resource_owner(grant.sub)
        try:
            owner = _require_enabled(found)
            _require_offline_access(grant, client)
            audience = self.audience(grant.audience, registered)
            granted = restrict(
                grant.scope, scope, client.scope, (*audience.scopes, *SCOPES), registered.permitted(owner)
            )
        except (InvalidGrant, InvalidScope, InvalidTarget) as error:
            revoke_grant(grant, self.grants, self.feed, now)
            raise InvalidGrant(f"grant {grant.gid} has come to its end: {error.detail}") from None
        try:
            return self.issue(
                grant, grant_secret, client, owner, registered=registered, scope=granted, now=now, nonce=nonce
            )
        except InvalidScope:
            revoke_grant(grant, self.grants, self.feed, now)
            raise

    def issue(
        self,
        grant: Grant,
        grant_secret: bytes,
        client: Client,
        owner: ResourceOwner,
        *,
        registered: Registered,
        scope: tuple[str, ...],
        now: int,
        nonce: str | None = None,
    ) -> TokenResponse:
        """Issue the tokens of a grant for a user that was just read, and a scope that was just settled."""
        audience = self.audience(grant.audience, registered)
        response = self.issuer.issue(
            client=client,
            audience=audience,
            scope=scope,
            now=now,
            grant=grant,
            roles=registered.roles.within(owner.roles, audience.scopes),
        )
        if OPENID in scope:
            signer = self.issuer.signers.signer(client.id_token_signed_response_alg)
            token = id_token(grant, owner, response, issuer=self.issuer.issuer, signer=signer, now=now, nonce=nonce)
            response = replace(response, id_token=token)
        return self._with_refresh_token(response, grant, grant_secret, now) if may_refresh(client) else response

    def audience(self, identifier: str, registered: Registered) -> ResourceServer:
        """Find the audience of a grant: an API, or the issuer itself. Raises InvalidTarget."""
        own = self.issuer.own_resource
        audience = own if identifier == own.identifier else registered.resource_servers.get(identifier)
        if audience is None:
            raise InvalidTarget("the API is no longer registered")
        return audience

    def _with_refresh_token(
        self, response: TokenResponse, grant: Grant, grant_secret: bytes, now: int
    ) -> TokenResponse:
        """Add the refresh token of the grant's present generation."""
        token = self.handles.seal(
            REFRESH_TOKEN, grant_secret=grant_secret, generation=grant.generation, client_id=grant.client_id
        )
        expires_at = min(grant.idle_expires_at, grant.absolute_expires_at)
        return replace(response, refresh_token=token, refresh_expires_in=expires_at - now)


def _require_enabled(owner: ResourceOwner | None) -> ResourceOwner:
    if owner is None or not owner.enabled:
        raise InvalidGrant("the user is disabled or gone")
    return owner


def _require_offline_access(grant: Grant, client: Client) -> None:
    """Require that a grant that goes on without its session may still do so. OpenID Connect Core §11"""
    if OFFLINE_ACCESS in grant.scope and OFFLINE_ACCESS not in client.scope:
        raise InvalidGrant("the client may no longer have offline_access")
