"""Which scopes each route of a protected API asks for."""

from __future__ import annotations

import json
import re

LARGEST = 3072
"""Bytes; a function's whole environment may hold 4 KB."""

ANY_ROUTE = "*"
"""The key of an API whose authorizer is not told the route."""

_ROUTE_KEY = re.compile(r"(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /\S*")
# scope-token, RFC 6749 §3.3
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class RouteError(ValueError):
    """A route cannot be protected as it was asked for."""


class RouteScopes:
    """A growing table of routes, rendered into the authorizer's environment."""

    def __init__(self) -> None:
        self._routes: dict[str, dict[str, str | bool]] = {}

    def __len__(self) -> int:
        return len(self._routes)

    def add(self, route_key: str, *, scope: str, sensitive: bool = False) -> None:
        """Require a scope, or all of several, on a route; a sensitive one reads the revocations before it decides."""
        _require_route_key(route_key)
        if route_key in self._routes:
            raise RouteError(f"{route_key} is protected already")
        rule: dict[str, str | bool] = {"scope": _normal(route_key, scope)}
        if sensitive:
            rule["sensitive"] = True
        self._routes[route_key] = rule
        size = len(self.to_json())
        if size > LARGEST:
            raise RouteError(
                f"The routes of this API take {size} bytes of the authorizer's environment, more than"
                f" {LARGEST}: protect the rest with a second protect()"
            )

    def to_json(self) -> str:
        """Render as the authorizer reads it."""
        return json.dumps(self._routes, separators=(",", ":"))


def _require_route_key(route_key: str) -> None:
    if route_key == ANY_ROUTE or _ROUTE_KEY.fullmatch(route_key):
        return
    if route_key.startswith("ANY "):
        raise RouteError(f"{route_key!r} stands for every method: a protected route names its methods")
    raise RouteError(f'{route_key!r} is no route key: write a method and a path, like "GET /orders/{{id}}"')


def _normal(route_key: str, scope: str) -> str:
    tokens = scope.split()
    if not tokens:
        raise RouteError(f"{route_key} names no scope: a protected route asks for one at least")
    for token in tokens:
        if not _SCOPE_TOKEN.fullmatch(token):
            raise RouteError(f"{token!r} is no scope (RFC 6749 §3.3)")
    return " ".join(tokens)
