"""The authorization code grant. RFC 6749 §4.1.3, RFC 7636 §4.6, OAuth 2.1 §7.5.3"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from gatelet.oauth.errors import CodeReplayed, InvalidGrant, InvalidTarget
from gatelet.oauth.grant import ACTIVE, PENDING, REVOKED, RedemptionRefused
from gatelet.oauth.handle import AUTHORIZATION_CODE, Handle
from gatelet.oauth.pkce import NO_CHALLENGE, challenge_of
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.seal import BrokenSeal
from gatelet.oauth.token_request import require_grant_type, require_parameter

if TYPE_CHECKING:
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant
    from gatelet.oauth.token_request import TokenRequest, TokenResponse
    from gatelet.oauth.user_tokens import UserTokens

GRANT_TYPE = "authorization_code"


@dataclass(frozen=True, kw_only=True)
class AuthorizationCodes:
    """Redeems codes: each once, by the client that can answer its challenge."""

    tokens: UserTokens

    def redeem(self, request: TokenRequest, client: Client, *, attempt: str, now: int) -> TokenResponse:
        """Exchange a code for tokens. RFC 6749 §4.1.4"""
        require_grant_type(client, GRANT_TYPE)
        handle = self._open(request, client)
        challenge = challenge_of(request.code_verifier)
        if challenge == NO_CHALLENGE and request.redirect_uri is None:
            raise InvalidGrant("neither code_verifier nor redirect_uri is given")
        registered = self.tokens.load(client)
        self.tokens.require_key(handle.grant_id, registered)
        self._require_resource(request, handle)
        grant = self._write(handle, client, request, challenge, attempt=attempt, now=now)
        return self.tokens.answer(
            grant, handle.grant_secret, client, registered=registered, scope=None, now=now, nonce=grant.nonce
        )

    def _open(self, request: TokenRequest, client: Client) -> Handle:
        code = require_parameter(request.code, "code")
        try:
            handle = self.tokens.handles.open(AUTHORIZATION_CODE, code)
        except BrokenSeal as error:
            raise InvalidGrant(str(error)) from None
        if not handle.belongs_to(client.client_id):
            raise InvalidGrant(f"the code of grant {handle.grant_id} was issued to another client")
        return handle

    def _require_resource(self, request: TokenRequest, handle: Handle) -> None:
        """Require that `resource`, where it is given, is the API that the user allowed. RFC 8707 §2.2

        Before the write, so that the code is good for the right one still.
        """
        if request.resource is not None:
            grant = self.tokens.grants.get(handle.grant_id)
            if grant is not None and grant.audience != request.resource:
                raise InvalidTarget("resource is not the one that was granted")

    def _write(
        self, handle: Handle, client: Client, request: TokenRequest, challenge: str, *, attempt: str, now: int
    ) -> Grant:
        try:
            return self.tokens.grants.redeem(
                handle.grant_id,
                client_id=client.client_id,
                redirect_uri=request.redirect_uri,
                code_challenge=challenge,
                attempt=attempt,
                now=now,
            )
        except RedemptionRefused as refused:
            grant = _require_rightful(refused.grant, client, request.redirect_uri, challenge)
            if grant.status == ACTIVE and grant.attempt == attempt:
                return grant  # our own write, whose answer was lost
            self._refuse(grant, now)

    def _refuse(self, grant: Grant, now: int) -> NoReturn:
        """Refuse a caller who holds all that the rightful client holds: a replay ends the grant."""
        if grant.status == PENDING:
            raise InvalidGrant(f"the code of grant {grant.gid} has expired")
        if grant.status == REVOKED:
            raise InvalidGrant(f"grant {grant.gid} is revoked")
        revoke_grant(grant, self.tokens.grants, self.tokens.feed, now)
        raise CodeReplayed(
            f"the code of grant {grant.gid} was redeemed before: the grant is revoked",
            named={"gid": grant.gid, "sub": grant.sub},
        )


def _require_rightful(grant: Grant | None, client: Client, redirect_uri: str | None, challenge: str) -> Grant:
    """Let no one trigger the end of a grant who does not hold the verifier. OAuth 2.1 §7.5.3"""
    if grant is None:
        raise InvalidGrant("there is no such grant")
    if grant.client_id != client.client_id:
        raise InvalidGrant(f"grant {grant.gid} belongs to another client")
    if not hmac.compare_digest(grant.code_challenge.encode(), challenge.encode()):
        raise InvalidGrant(f"code_verifier does not answer the challenge of grant {grant.gid}")
    if redirect_uri not in {None, grant.redirect_uri}:
        raise InvalidGrant(f"redirect_uri is not the one of grant {grant.gid}")
    return grant
