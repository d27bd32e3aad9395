"""The refresh token grant: rotation, honest retries, reuse detection. RFC 6749 §6, RFC 9700 §4.14"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from gatelet.oauth.errors import GrantBehindToken, InvalidGrant, InvalidScope, InvalidTarget, RefreshTokenReused
from gatelet.oauth.grant import ACTIVE, RotationRefused
from gatelet.oauth.handle import REFRESH_TOKEN, ForgedHandle, Handle
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.scope import restrict
from gatelet.oauth.token_request import require_grant_type, require_parameter

if TYPE_CHECKING:
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant, GrantStore
    from gatelet.oauth.handle import HandleKeys
    from gatelet.oauth.issuance import Directory, Issuer
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.resource_server import ResourceServer, ResourceServers
    from gatelet.oauth.revocation_list import RevocationFeed
    from gatelet.oauth.role import Roles
    from gatelet.oauth.token_request import TokenRequest, TokenResponse

GRANT_TYPE = "refresh_token"


@dataclass(frozen=True, kw_only=True)
class RefreshTokens:
    """The refresh token grant with all that it works on."""

    handles: HandleKeys
    grants: GrantStore
    feed: RevocationFeed
    directory: Directory
    issuer: Issuer

    def refresh(self, request: TokenRequest, client: Client, *, attempt: str, now: int) -> TokenResponse:
        """Answer a refresh token with an access token and the token's one successor.

        Whatever can fail without the write is done before it, so that nothing that a client gets wrong
        moves the generation. Raises InvalidGrant and what the token endpoint may answer.
        """
        require_grant_type(client, GRANT_TYPE)
        handle = self._open(request, client)
        self.issuer.signers.load()
        servers, roles = self.directory.resource_servers(), self.directory.roles()
        self._require_narrower(request, handle, client, servers, roles)
        grant = self._rotate(handle, client, attempt, now)
        owner = self._owner(grant, now)
        audience, scope = self._allowed(request, client, grant, owner, servers=servers, roles=roles, now=now)
        response = self.issuer.issue(
            client=client,
            audience=audience,
            scope=scope,
            now=now,
            grant=grant,
            roles=roles.within(owner.roles, audience.scopes),
        )
        return with_refresh_token(response, self.handles, handle.grant_secret, grant, now)

    def _open(self, request: TokenRequest, client: Client) -> Handle:
        token = require_parameter(request.refresh_token, "refresh_token")
        try:
            handle = self.handles.open(REFRESH_TOKEN, token)
        except ForgedHandle as error:
            raise InvalidGrant(str(error)) from None
        if not handle.belongs_to(client.client_id):
            raise InvalidGrant(f"the refresh token of grant {handle.grant_id} was issued to another client")
        return handle

    def _require_narrower(
        self, request: TokenRequest, handle: Handle, client: Client, servers: ResourceServers, roles: Roles
    ) -> None:
        """Require that `scope` and `resource`, where they are given, stay within the grant. RFC 6749 §6

        No condition of a write can express it, so grant and user are read first, strongly consistent.
        """
        if request.scope is None and request.resource is None:
            return
        grant = self.grants.get(handle.grant_id)
        if grant is None:
            raise InvalidGrant("there is no such grant")
        if not set(request.scope or ()) <= set(grant.scope):
            raise InvalidScope("scope exceeds what was granted")
        if request.resource not in {None, grant.audience}:
            raise InvalidTarget("resource is not the one that was granted")
        owner, audience = self.directory.resource_owner(grant.sub), servers.get(grant.audience)
        if request.scope is not None and owner is not None and audience is not None:
            restrict(request.scope, client.scope, audience.scopes, roles.permissions(owner.roles))

    def _rotate(self, handle: Handle, client: Client, attempt: str, now: int) -> Grant:
        try:
            return self.grants.rotate(
                handle.grant_id, client_id=client.client_id, generation=handle.generation, attempt=attempt, now=now
            )
        except RotationRefused as refused:
            grant = require_usable(refused.grant, client, now)
            if is_repeated(grant, handle.generation, attempt, client.refresh_grace, now):
                return grant
            self._refuse(grant, handle, now)

    def _refuse(self, grant: Grant, handle: Handle, now: int) -> NoReturn:
        if grant.generation < handle.generation:
            raise GrantBehindToken(f"grant {grant.gid} is behind its refresh token: was a backup restored?")
        revoke_grant(grant, self.grants, self.feed, now)
        raise RefreshTokenReused(f"a refresh token of grant {grant.gid} was used again: the grant is revoked")

    def _owner(self, grant: Grant, now: int) -> ResourceOwner:
        """Read the user as it is at this moment; the grant of a disabled one is revoked."""
        owner = self.directory.resource_owner(grant.sub)
        if owner is None or not owner.enabled:
            revoke_grant(grant, self.grants, self.feed, now)
            raise InvalidGrant(f"the user of grant {grant.gid} is disabled or gone")
        return owner

    def _allowed(
        self,
        request: TokenRequest,
        client: Client,
        grant: Grant,
        owner: ResourceOwner,
        *,
        servers: ResourceServers,
        roles: Roles,
        now: int,
    ) -> tuple[ResourceServer, tuple[str, ...]]:
        """Return what user, client and API allow as they are now, not as they were.

        Where that is nothing the grant has come to its end: it was rotated, and its successor is never
        handed out, so that the client's next attempt would be taken for reuse.
        """
        try:
            audience = _require_registered(servers, grant.audience)
            permissions = roles.permissions(owner.roles)
            return audience, restrict(grant.scope, request.scope, client.scope, audience.scopes, permissions)
        except (InvalidScope, InvalidTarget) as error:
            revoke_grant(grant, self.grants, self.feed, now)
            raise InvalidGrant(f"nothing of grant {grant.gid} is allowed any more: {error.detail}") from None


def _require_registered(servers: ResourceServers, identifier: str) -> ResourceServer:
    server = servers.get(identifier)
    if server is None:
        raise InvalidTarget("the API is no longer registered")
    return server


def require_usable(grant: Grant | None, client: Client, now: int) -> Grant:
    """Compare client, status and expiry, before the generation is looked at: none of them has an effect."""
    if grant is None:
        raise InvalidGrant("there is no such grant")
    if grant.client_id != client.client_id:
        raise InvalidGrant(f"grant {grant.gid} belongs to another client")
    if grant.status != ACTIVE:
        raise InvalidGrant(f"grant {grant.gid} is {grant.status}")
    if now >= min(grant.idle_expires_at, grant.absolute_expires_at):
        raise InvalidGrant(f"grant {grant.gid} has expired")
    return grant


def is_repeated(grant: Grant, generation: int, attempt: str, grace: int, now: int) -> bool:
    """Tell whether this very rotation has happened before, so that its answer is given once more.

    Either it was our own attempt, whose answer was lost on the way from the store; or it was an honest
    retry, within the grace and before anybody used the successor. Order is the counter's: the clock
    only bounds the grace.
    """
    if grant.generation != generation + 1:
        return False
    return grant.attempt == attempt or (grace > 0 and now - grant.rotated_at <= grace)


def with_refresh_token(
    response: TokenResponse, handles: HandleKeys, grant_secret: bytes, grant: Grant, now: int
) -> TokenResponse:
    """Add the refresh token of the grant's present generation."""
    token = handles.seal(
        REFRESH_TOKEN, grant_secret=grant_secret, generation=grant.generation, client_id=grant.client_id
    )
    expires_at = min(grant.idle_expires_at, grant.absolute_expires_at)
    return replace(response, refresh_token=token, refresh_expires_in=expires_at - now)
