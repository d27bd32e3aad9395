"""The token endpoint. RFC 6749 §3.2"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.audit_event import Event
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.token_answer import token_answer
from gatelet.oauth import authorization_code, client_credentials, password, refresh_token
from gatelet.oauth.authorization_code import AuthorizationCodes
from gatelet.oauth.errors import UnsupportedGrantType
from gatelet.oauth.refresh_token import RefreshTokens
from gatelet.oauth.token_request import TokenRequest

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Response
    from gatelet.handlers.server import Server
    from gatelet.oauth.client import Client
    from gatelet.oauth.token_request import TokenResponse


def token(exchange: Exchange, server: Server) -> Response:
    """Exchange a grant for tokens."""
    form = exchange.request.form()
    request = TokenRequest.from_form(form)
    exchange.observation.note(grant_type=request.grant_type if request.grant_type in server.grant_types else None)
    client = exchange.authenticate_client(form, server)
    exchange.refuse_foreign_origin(client)
    response = grant(request, client, server)
    refreshed = request.grant_type == refresh_token.GRANT_TYPE
    return token_answer(response, client, exchange.observation, refreshed=refreshed)


def grant(request: TokenRequest, client: Client, server: Server) -> TokenResponse:
    """Find the grant by its name. Raises UnsupportedGrantType for one that is not switched on."""
    now = server.now()
    match request.grant_type if request.grant_type in server.grant_types else None:
        case client_credentials.GRANT_TYPE:
            return client_credentials.client_credentials(
                request, client, directory=server.directory, issuer=server.issuer, now=now
            )
        case authorization_code.GRANT_TYPE:
            codes = AuthorizationCodes(tokens=server.user_tokens)
            return codes.redeem(request, client, attempt=server.attempt(), now=now)
        case refresh_token.GRANT_TYPE:
            tokens = RefreshTokens(tokens=server.user_tokens)
            return tokens.refresh(request, client, attempt=server.attempt(), now=now)
        case password.GRANT_TYPE:
            return server.password_grant.issue(request, client, attempt=server.attempt(), now=now)
        case _:
            raise UnsupportedGrantType("grant_type is not one that this server offers")


handler = Endpoint("token", token, on_refusal=Event.TOKEN_REFUSED)
