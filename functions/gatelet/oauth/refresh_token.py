"""The refresh token grant: rotation, honest retries, reuse detection. RFC 6749 §6, RFC 9700 §4.14"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from gatelet.oauth.errors import GrantBehindToken, InvalidGrant, InvalidScope, InvalidTarget, RefreshTokenReused
from gatelet.oauth.grant import ACTIVE, RotationRefused
from gatelet.oauth.handle import REFRESH_TOKEN, Handle
from gatelet.oauth.openid import SCOPES
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.scope import restrict
from gatelet.oauth.seal import BrokenSeal
from gatelet.oauth.token_request import require_grant_type, require_parameter

if TYPE_CHECKING:
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant
    from gatelet.oauth.token_request import TokenRequest, TokenResponse
    from gatelet.oauth.user_tokens import Registered, UserTokens

GRANT_TYPE = "refresh_token"


@dataclass(frozen=True, kw_only=True)
class RefreshTokens:
    """Rotates refresh tokens."""

    tokens: UserTokens

    def refresh(self, request: TokenRequest, client: Client, *, attempt: str, now: int) -> TokenResponse:
        """Answer a refresh token with an access token and the token's one successor.

        Whatever can fail without the write is done before it, so that nothing that a client gets wrong
        moves the generation. Raises InvalidGrant and what the token endpoint may answer.
        """
        require_grant_type(client, GRANT_TYPE)
        handle = self._open(request, client)
        registered = self.tokens.load(client)
        self.tokens.require_key(handle.grant_id, registered)
        self._require_narrower(request, handle, client, registered)
        grant = self._rotate(handle, client, attempt, now)
        return self.tokens.answer(
            grant, handle.grant_secret, client, registered=registered, scope=request.scope, now=now
        )

    def _open(self, request: TokenRequest, client: Client) -> Handle:
        token = require_parameter(request.refresh_token, "refresh_token")
        try:
            handle = self.tokens.handles.open(REFRESH_TOKEN, token)
        except BrokenSeal as error:
            raise InvalidGrant(str(error)) from None
        if not handle.belongs_to(client.client_id):
            raise InvalidGrant(f"the refresh token of grant {handle.grant_id} was issued to another client")
        return handle

    def _require_narrower(self, request: TokenRequest, handle: Handle, client: Client, registered: Registered) -> None:
        """Require that `scope` and `resource`, where they are given, stay within the grant. RFC 6749 §6

        No condition of a write can express it, so grant and user are read first, strongly consistent.
        """
        if request.scope is None and request.resource is None:
            return
        grant = self.tokens.grants.get(handle.grant_id)
        if grant is None:
            raise InvalidGrant("there is no such grant")
        if not set(request.scope or ()) <= set(grant.scope):
            raise InvalidScope("scope exceeds what was granted")
        if request.resource not in {None, grant.audience}:
            raise InvalidTarget("resource is not the one that was granted")
        owner = self.tokens.directory.resource_owner(grant.sub)
        if request.scope is not None and owner is not None:
            audience = self.tokens.audience(grant.audience, registered)
            restrict(request.scope, client.scope, (*audience.scopes, *SCOPES), registered.permitted(owner))

    def _rotate(self, handle: Handle, client: Client, attempt: str, now: int) -> Grant:
        try:
            return self.tokens.grants.rotate(
                handle.grant_id, client_id=client.client_id, generation=handle.generation, attempt=attempt, now=now
            )
        except RotationRefused as refused:
            grant = require_usable(refused.grant, client, now)
            if is_repeated(grant, handle.generation, attempt, client.refresh_grace, now):
                return grant
            self._refuse(grant, handle, now)

    def _refuse(self, grant: Grant, handle: Handle, now: int) -> NoReturn:
        if grant.generation < handle.generation:
            raise GrantBehindToken(
                f"grant {grant.gid} is behind its refresh token: was a backup restored?",
                named={"gid": grant.gid, "sub": grant.sub},
            )
        revoke_grant(grant, self.tokens.grants, self.tokens.feed, now)
        raise RefreshTokenReused(
            f"a refresh token of grant {grant.gid} was used again: the grant is revoked",
            named={"gid": grant.gid, "sub": grant.sub},
        )


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
