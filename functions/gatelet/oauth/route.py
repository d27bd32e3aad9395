"""What a protected route asks of a token."""

from __future__ import annotations

import json
from typing import NamedTuple

from gatelet.oauth.scope import parse_scope

ANY_ROUTE = "*"
"""The one route of a REST API's TOKEN authorizer, which sees none."""


class Route(NamedTuple):
    """The scopes that a token must all have; a sensitive route bears no lag of revocation."""

    scope: frozenset[str]
    sensitive: bool = False


def parse_routes(text: str) -> dict[str, Route]:
    """Read the map that the stack wrote: routeKey to {"scope": "a b", "sensitive": true}."""
    return {
        key: Route(scope=frozenset(parse_scope(route["scope"])), sensitive=route.get("sensitive", False))
        for key, route in json.loads(text).items()
    }
