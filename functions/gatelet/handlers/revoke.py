"""The revocation endpoint. RFC 7009 §2"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.audit_event import Event
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.http import Response
from gatelet.oauth.revocation import Revocation
from gatelet.oauth.token_request import require_parameter

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server


def revoke(exchange: Exchange, server: Server) -> Response:
    """Revoke a token of the client; the answer is the same whatever the token was. RFC 7009 §2.2"""
    form = exchange.request.form()
    token = require_parameter(form.get("token"), "token")
    client = exchange.authenticate_client(form, server)
    now = server.now()
    server.revocation_allowance.take(client.client_id, now)
    revocation = Revocation(
        handles=server.handles,
        grants=server.grants,
        feed=server.feed,
        keys=server.public_keys,
        issuer=server.issuer_name,
    )
    revoked = revocation.revoke(token, client, now)
    if revoked and revoked.startswith("token "):
        exchange.observation.record(Event.TOKEN_REVOKED)
    exchange.observation.note(revoked=revoked or "nothing")
    return Response(status=200)


handler = Endpoint("revoke", revoke)
