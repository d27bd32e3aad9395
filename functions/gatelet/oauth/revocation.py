"""Ending a grant or a token. RFC 7009"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatelet.oauth.access_token import LONGEST_LIFETIME, verify_access_token
from gatelet.oauth.client import LONGEST_REFRESH_GRACE
from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.grant import REVOKED
from gatelet.oauth.handle import REFRESH_TOKEN
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerificationKeys
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant, GrantStore
    from gatelet.oauth.handle import HandleKeys
    from gatelet.oauth.revocation_list import RevocationFeed

TOKENS_LIVE = LONGEST_REFRESH_GRACE + LONGEST_LIFETIME
"""Seconds after a rotation in which an access token of the grant may be good; a retry issues one too."""


def revoke_grant(grant: Grant, grants: GrantStore, feed: RevocationFeed, now: int) -> None:
    """Announce the end of a grant, then write it: a revoked grant is an announced one.

    A retry after a fault between the two is idempotent. A grant that has rested for so long that no
    token of it can be good is not worth an event, unless it is rotated at this very moment.
    Raises TemporarilyUnavailable.
    """
    if grant.status == REVOKED:
        return
    is_resting = now > grant.rotated_at + TOKENS_LIVE
    if is_resting and grants.revoke(grant.gid, generation=grant.generation):
        return
    feed.announce(RevocationEvent(type="grant", id=grant.gid))
    grants.revoke(grant.gid)


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """The revocation endpoint with all that it works on."""

    handles: HandleKeys
    grants: GrantStore
    feed: RevocationFeed
    keys: VerificationKeys
    issuer: str

    def revoke(self, token: str, client: Client, now: int) -> str | None:
        """Revoke a token of the client and say what ended: a refresh token ends its grant. RFC 7009 §2.1

        What is unknown, forged, expired or another client's has no effect and is no error. RFC 7009 §2.2
        `token_type_hint` is not needed: the two kinds of token cannot be taken for each other.
        """
        if token.startswith(REFRESH_TOKEN):
            return self._revoke_refresh_token(token, client)
        return self._revoke_access_token(token, client, now)

    def _revoke_refresh_token(self, token: str, client: Client) -> str | None:
        try:
            handle = self.handles.open(REFRESH_TOKEN, token)
        except BrokenSeal:
            return None
        if not handle.belongs_to(client.client_id):
            return None
        self.feed.announce(RevocationEvent(type="grant", id=handle.grant_id))
        self.grants.revoke(handle.grant_id)
        return f"grant {handle.grant_id}"

    def _revoke_access_token(self, token: str, client: Client, now: int) -> str | None:
        try:
            verified = verify_access_token(token, keys=self.keys, issuer=self.issuer, audience=None, now=now)
        except InvalidToken:
            return None
        if verified.claims.client_id != client.client_id:
            return None
        self.feed.announce(RevocationEvent(type="token", id=verified.claims.jti))
        return f"token {verified.claims.jti}"
