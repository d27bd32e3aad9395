"""The client credentials grant. RFC 6749 §4.4"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.oauth.errors import UnauthorizedClient
from gatelet.oauth.scope import choose_audience, restrict
from gatelet.oauth.token_request import require_grant_type

if TYPE_CHECKING:
    from gatelet.oauth.client import Client
    from gatelet.oauth.issuance import Directory, Issuer
    from gatelet.oauth.token_request import TokenRequest, TokenResponse

GRANT_TYPE = "client_credentials"


def client_credentials(
    request: TokenRequest, client: Client, *, directory: Directory, issuer: Issuer, now: int
) -> TokenResponse:
    """Issue a token to the client itself, never with a refresh token. RFC 6749 §4.4.3"""
    require_grant_type(client, GRANT_TYPE)
    if client.is_public:
        raise UnauthorizedClient("a public client has no credentials of its own")
    allowed = restrict(request.scope or client.scope, client.scope)
    audience, scope = choose_audience(allowed, request.resource, directory.resource_servers())
    return issuer.issue(client=client, audience=audience, scope=scope, now=now)
