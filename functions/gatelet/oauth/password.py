"""The resource owner password credentials grant, for first-party clients alone. RFC 6749 §4.3"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gatelet.oauth import base64url
from gatelet.oauth.errors import UnauthorizedClient
from gatelet.oauth.grant import REFRESH_ABSOLUTE, REFRESH_IDLE, Grant, may_refresh
from gatelet.oauth.handle import GRANT_SECRET_BYTES, grant_id
from gatelet.oauth.scope import choose_audience, restrict
from gatelet.oauth.token_request import require_grant_type, require_parameter

if TYPE_CHECKING:
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import SessionStore
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.token_request import TokenRequest, TokenResponse
    from gatelet.oauth.user_tokens import UserTokens

GRANT_TYPE = "password"
PASSWORD_ACR = "1"
PASSWORD_AMR = ("pwd",)
"""The authentication method reference of a password. RFC 8176 §2"""
SESSION_ID_BYTES = 16


class ResourceOwners(Protocol):
    """Who checks the password of a user."""

    def authenticate(
        self, username: str, password: str, *, guesser: str, address: str | None, now: int
    ) -> ResourceOwner:
        """Return the enabled user whose password it is.

        `guesser` says through what the guess comes, `address` from where, if that tells anything.
        Raises InvalidGrant, TooManyAttempts, InvalidRequest and TemporarilyUnavailable.
        """


@dataclass(frozen=True, kw_only=True)
class PasswordGrant:
    """The password grant with all that it works on."""

    owners: ResourceOwners
    sessions: SessionStore
    tokens: UserTokens

    def issue(self, request: TokenRequest, client: Client, *, attempt: str, now: int) -> TokenResponse:
        """Exchange a password for tokens. RFC 6749 §4.3.3

        What the client alone may have is settled before the password is looked at.
        """
        require_grant_type(client, GRANT_TYPE)
        if not client.first_party:
            raise UnauthorizedClient("grant_type password is for first-party clients")
        username = require_parameter(request.username, "username")
        password = require_parameter(request.password, "password")
        registered, issuer = self.tokens.load(client), self.tokens.issuer
        audience, allowed = choose_audience(
            restrict(request.scope or client.scope, client.scope),
            request.resource,
            registered.resource_servers,
            own=issuer.own_resource,
        )
        issuer.signers.signer(audience.signing_alg)
        guesser = f"client {client.client_id}"  # the address would be that of the client's backend
        owner = self.owners.authenticate(username, password, guesser=guesser, address=None, now=now)
        scope = restrict(allowed, registered.permitted(owner))
        grant_secret = issuer.random(GRANT_SECRET_BYTES)
        lifetime = REFRESH_ABSOLUTE if may_refresh(client) else audience.access_token_lifetime
        grant = Grant(
            gid=grant_id(grant_secret),
            client_id=client.client_id,
            sub=owner.sub,
            session_id=base64url.encode(issuer.random(SESSION_ID_BYTES)),
            scope=scope,
            audience=audience.identifier,
            auth_time=now,
            acr=PASSWORD_ACR,
            amr=PASSWORD_AMR,
            generation=0,
            rotated_at=now,
            idle_expires_at=now + min(REFRESH_IDLE, lifetime),
            absolute_expires_at=now + lifetime,
            attempt=attempt,
        )
        self._write(grant, now)
        return self.tokens.issue(grant, grant_secret, client, owner, registered=registered, scope=scope, now=now)

    def _write(self, grant: Grant, now: int) -> None:
        """Write the session first, so that whoever ends the user's sessions finds the grant."""
        self.sessions.put(grant, now=now)
        self.tokens.grants.put(grant)
