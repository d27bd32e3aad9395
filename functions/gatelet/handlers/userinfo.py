"""The userinfo endpoint. OpenID Connect Core §5.3"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.audit_event import Event
from gatelet.handlers.endpoint import Endpoint, render_error
from gatelet.handlers.http import Response
from gatelet.oauth.bearer import read_bearer
from gatelet.oauth.errors import InsufficientScope, InvalidRequest, InvalidToken
from gatelet.oauth.form import MEDIA_TYPE
from gatelet.oauth.openid import OPENID
from gatelet.oauth.userinfo import NoAccessToken, UserInfo

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Request
    from gatelet.handlers.server import Server
    from gatelet.oauth.errors import OAuthError

SCHEME = "bearer"


def userinfo(exchange: Exchange, server: Server) -> Response:
    """Answer with what is known of the token's user. OpenID Connect Core §5.3.2"""
    info = UserInfo(
        keys=server.public_keys,
        grants=server.grants,
        revocations=server.revocations,
        directory=server.directory,
        issuer=server.issuer_name,
    )
    now = server.now()
    token, client = info.verify(access_token(exchange.request), now)
    exchange.answer_to(client)
    exchange.observation.note(sub=token.claims.sub, gid=token.claims.gid, jti=token.claims.jti)
    return Response.json(info.claims(token, now))


def access_token(request: Request) -> str:
    """Return the one token of the header or of the body; the query is never read. RFC 6750 §2

    Raises NoAccessToken, InvalidToken and InvalidRequest.
    """
    authorization = request.headers.get("authorization")
    in_body = _form(request).get("access_token")
    if authorization is None:
        if in_body is None:
            raise NoAccessToken("the request has no access token in its header or its body")
        return in_body
    if in_body is not None:
        raise InvalidRequest("access_token is given in the body beside an Authorization header")
    if authorization.partition(" ")[0].lower() != SCHEME:
        raise NoAccessToken("the Authorization header is not Bearer")
    return read_bearer(authorization)


def refuse(error: OAuthError | None, request: Request, server: Server) -> Response:
    """Turn an error into an answer that says how to authenticate. RFC 6750 §3

    Who authenticates not at all, or otherwise, is told no error.
    """
    if isinstance(error, NoAccessToken):
        return Response(status=error.status, headers={"www-authenticate": "Bearer"})
    response = render_error(error, request, server)
    if not isinstance(error, InvalidRequest | InvalidToken | InsufficientScope):
        return response
    scope = f', scope="{OPENID}"' if isinstance(error, InsufficientScope) else ""
    challenge = f'Bearer error="{error.error}", error_description="{error.description}"{scope}'
    return response.with_headers({"www-authenticate": challenge})


def _form(request: Request) -> dict[str, str]:
    """Return the body if it is a form; with the token in the header it may be anything."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return request.form() if request.method == "POST" and media_type == MEDIA_TYPE else {}


handler = Endpoint("userinfo", userinfo, refuse=refuse, on_refusal=Event.ACCESS_REFUSED)
