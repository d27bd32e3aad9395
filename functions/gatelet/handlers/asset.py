"""The stylesheet, under a name that changes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.http import Response
from gatelet.handlers.page import brand
from gatelet.pages import asset as find_asset

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server


def asset(exchange: Exchange, server: Server) -> Response:
    """Answer with a file that never changes under its name."""
    name = exchange.request.path.rpartition("/")[2]
    found = find_asset(name, brand(server))
    if found is None:
        return Response(status=404)
    headers = {"content-type": found.content_type, "cache-control": "public, max-age=31536000, immutable"}
    return Response(status=200, body=found.body.decode(), headers=headers)
