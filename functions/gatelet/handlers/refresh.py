"""The browser's door to the refresh token grant. RFC 6749 §6

The refresh token comes in a cookie that no script can read. A form of another site could send the
cookie along, were it not SameSite; so an allow-listed Origin and a header that only script of such an
origin can set are required too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gatelet.handlers.audit_event import Event
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.token_answer import cookie_name, token_answer
from gatelet.oauth.errors import InvalidGrant, InvalidRequest
from gatelet.oauth.refresh_token import GRANT_TYPE, RefreshTokens
from gatelet.oauth.token_request import TokenRequest

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Request, Response
    from gatelet.handlers.server import Server
    from gatelet.oauth.client import Client


def refresh(exchange: Exchange, server: Server) -> Response:
    """Exchange the refresh token of the cookie, or of the body, for an access token."""
    exchange.observation.note(grant_type=GRANT_TYPE)
    form = exchange.request.form()
    request = TokenRequest.from_form({"grant_type": GRANT_TYPE, **form})
    if request.grant_type != GRANT_TYPE:
        raise InvalidRequest("grant_type is not refresh_token")
    client = exchange.authenticate_client(form, server)
    exchange.refuse_foreign_origin(client)
    request = _with_cookie(request, exchange.request, client)
    response = RefreshTokens(tokens=server.user_tokens).refresh(
        request, client, attempt=server.attempt(), now=server.now()
    )
    return token_answer(response, client, exchange.observation, refreshed=True)


def _with_cookie(request: TokenRequest, http: Request, client: Client) -> TokenRequest:
    if not client.refresh_token_cookie:
        return request
    tokens = http.cookies_named(cookie_name(client.client_id))
    if request.refresh_token is not None:
        if tokens:
            raise InvalidRequest("refresh_token is given in the cookie and in the body")
        return request
    if "origin" not in http.headers:
        raise InvalidRequest("the Origin header is missing")
    if not http.headers.get("x-requested-with"):
        raise InvalidRequest("the X-Requested-With header is missing")
    if len(tokens) != 1:
        raise InvalidGrant("there is no refresh token cookie, or more than one")
    return replace(request, refresh_token=tokens[0])


handler = Endpoint("refresh", refresh, on_refusal=Event.TOKEN_REFUSED)
