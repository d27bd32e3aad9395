"""How tokens are handed over: in the body, or the refresh token in a cookie out of script's reach."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from gatelet.handlers.audit_event import Event
from gatelet.handlers.http import Response
from gatelet.oauth import base64url
from gatelet.oauth.scope import format_scope

if TYPE_CHECKING:
    from gatelet.handlers.observation import Observation
    from gatelet.oauth.client import Client
    from gatelet.oauth.token_request import TokenResponse


def token_answer(
    response: TokenResponse, client: Client, observation: Observation, *, refreshed: bool = False
) -> Response:
    """Answer with tokens. RFC 6749 §5.1

    A client registered with `refresh_token_cookie` never sees its refresh token.
    """
    observation.record(
        Event.TOKEN_REFRESHED if refreshed else Event.TOKEN_ISSUED,
        sub=response.sub,
        gid=response.gid,
        jti=response.jti,
        scope=format_scope(response.scope),
    )
    members = response.parameters()
    if not client.refresh_token_cookie or response.refresh_token is None:
        return Response.json(members)
    del members["refresh_token"]
    cookie = (
        f"{cookie_name(client.client_id)}={response.refresh_token}; Path=/; Max-Age={response.refresh_expires_in}"
        "; HttpOnly; Secure; SameSite=Strict"
    )
    return replace(Response.json(members), cookies=(cookie,))


def no_refresh_token_cookie(client: Client) -> tuple[str, ...]:
    """Return what makes the browser forget a client's refresh token, where it holds one."""
    if not client.refresh_token_cookie:
        return ()
    return (f"{cookie_name(client.client_id)}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict",)


def cookie_name(client_id: str) -> str:
    """Return the name of the cookie that holds a client's refresh token. RFC 6265bis §4.1.3.2"""
    return f"__Host-rt-{base64url.encode(hashlib.sha256(client_id.encode()).digest()[:12])}"
