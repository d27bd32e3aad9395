"""The introspection endpoint. RFC 7662 §2"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.http import Response
from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.introspection import Introspection, require_confidential
from gatelet.oauth.token_request import require_parameter

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server


def introspect(exchange: Exchange, server: Server) -> Response:
    """Tell the client about a token; of one that it cannot use, nothing but that. RFC 7662 §2.2"""
    form = exchange.request.form()
    client = exchange.authenticate_client(form, server)
    require_confidential(client)
    token = require_parameter(form.get("token"), "token")
    now = server.now()
    introspection = Introspection(
        handles=server.handles,
        grants=server.grants,
        keys=server.public_keys,
        revocations=server.revocations,
        directory=server.directory,
        issuer=server.issuer_name,
    )
    try:
        members = introspection.introspect(token, client, now)
    except InvalidToken as error:
        server.introspection_allowance.take(client.client_id, now)
        exchange.observation.note(active=False, detail=error.detail)
        return Response.json({"active": False})
    exchange.observation.note(active=True, sub=members["sub"], gid=members.get("gid"), jti=members.get("jti"))
    return Response.json(members)


handler = Endpoint("introspect", introspect, cors=False)
