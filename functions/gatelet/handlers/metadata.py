"""What clients may know of the server: metadata and public keys. RFC 8414, RFC 7517 §5"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gatelet.handlers import ENDPOINTS
from gatelet.handlers.cors import PUBLIC
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.http import Response
from gatelet.oauth.metadata import server_metadata

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server

ANNOUNCED = {entry.name: entry.path for entry in ENDPOINTS if entry.name.endswith(("_endpoint", "_uri"))}
"""The endpoints whose names are members of the document. RFC 8414 §2"""


def metadata(exchange: Exchange, server: Server) -> Response:
    """Answer with the key set, or with the metadata document; both public, both cacheable."""
    if exchange.request.path == ANNOUNCED["jwks_uri"]:
        response = Response.json({"keys": server.public_keys.jwks()})
    else:
        algorithms = sorted({jwk["alg"] for jwk in server.public_keys.jwks()})
        response = Response.json(server_metadata(server.issuer_name, ANNOUNCED, server.grant_types, algorithms))
    etag = f'"{hashlib.sha256(response.body.encode()).hexdigest()[:32]}"'
    headers = {**PUBLIC, "cache-control": f"public, max-age={server.settings.keys_age}", "etag": etag}
    known = exchange.request.headers.get("if-none-match", "")
    if etag in known or known.strip() == "*":  # RFC 9110 §13.1.2
        return Response(status=304, headers=headers)
    return response.with_headers(headers)


handler = Endpoint("metadata", metadata)
