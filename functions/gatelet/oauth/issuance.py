"""Issuing an access token for one API. RFC 9068 §2"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gatelet.oauth import base64url
from gatelet.oauth.access_token import AccessToken
from gatelet.oauth.errors import InvalidScope
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.token_request import TokenResponse

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant
    from gatelet.oauth.jws import Signer
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.resource_server import ResourceServers
    from gatelet.oauth.role import Roles

JTI_BYTES = 16


class Directory(Protocol):
    """Who and what is registered. Every method raises TemporarilyUnavailable when it cannot answer."""

    def resource_servers(self) -> ResourceServers:
        """Return every protected API."""

    def roles(self) -> Roles:
        """Return every role."""

    def resource_owner(self, sub: str) -> ResourceOwner | None:
        """Find a user by subject identifier, as it is at this moment."""


class Signers(Protocol):
    """The current signing keys."""

    def load(self) -> None:
        """Read the keys now, so that `signer` needs no call. Raises TemporarilyUnavailable."""

    def algorithms(self) -> AbstractSet[str]:
        """Return the algorithms that there is a key of. Raises TemporarilyUnavailable."""

    def signer(self, alg: str) -> Signer:
        """Return the current key of an algorithm. Raises TemporarilyUnavailable."""


def own_resource(issuer: str) -> ResourceServer:
    """Return the issuer as the audience that it is for userinfo."""
    return ResourceServer(identifier=issuer, name="userinfo")


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who issues: its name, its keys, its clock and its source of randomness."""

    issuer: str
    signers: Signers
    random: Callable[[int], bytes] = secrets.token_bytes

    @property
    def own_resource(self) -> ResourceServer:
        """The audience of tokens that have OpenID scopes alone: the issuer, that is, userinfo."""
        return own_resource(self.issuer)

    def issue(
        self,
        *,
        client: Client,
        audience: ResourceServer,
        scope: tuple[str, ...],
        now: int,
        grant: Grant | None = None,
        roles: tuple[str, ...] = (),
    ) -> TokenResponse:
        """Sign an access token; without a grant the client itself is the subject."""
        token = AccessToken(
            iss=self.issuer,
            sub=grant.sub if grant else client.client_id,
            aud=audience.identifier,
            exp=now + audience.access_token_lifetime,
            iat=now,
            jti=base64url.encode(self.random(JTI_BYTES)),
            client_id=client.client_id,
            scope=scope,
            gid=grant.gid if grant else None,
            auth_time=grant.auth_time if grant else None,
            acr=grant.acr if grant else None,
            roles=roles,
        )
        try:
            signed = token.sign(self.signers.signer(audience.signing_alg))
        except ValueError as error:
            raise InvalidScope(f"{error}; ask for fewer scopes") from None
        return TokenResponse(
            access_token=signed,
            expires_in=audience.access_token_lifetime,
            scope=scope,
            sub=token.sub,
            jti=token.jti,
            gid=token.gid,
        )
