"""Scopes: their syntax, and what of a request may be granted. RFC 6749 §3.3"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gatelet.oauth.errors import InvalidScope, InvalidTarget
from gatelet.oauth.openid import SCOPES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gatelet.oauth.resource_server import ResourceServer, ResourceServers

SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,128}")
MOST_SCOPES = 100


def parse_scope(text: str) -> tuple[str, ...]:
    """Split a space-delimited list, each scope once and in the order given. RFC 6749 §3.3

    Raises InvalidScope.
    """
    scopes = tuple(dict.fromkeys(text.split(" ")))
    if len(scopes) > MOST_SCOPES or not all(map(SCOPE_TOKEN.fullmatch, scopes)):
        raise InvalidScope("scope must be a list of scope tokens with one space between them")
    return scopes


def format_scope(scopes: Collection[str]) -> str:
    """Join scopes with spaces. RFC 6749 §3.3"""
    return " ".join(scopes)


def choose_audience(
    scopes: Collection[str],
    resource: str | None,
    servers: ResourceServers,
    *,
    own: ResourceServer | None = None,
) -> tuple[ResourceServer, tuple[str, ...]]:
    """Return the one API that the token is for, and those of the scopes that are its own. RFC 8707 §2

    `resource` names the API; without it, it is the one that owns the scopes. Where a user is behind the
    token, the scopes of OpenID Connect go with any API, and alone with `own`, the issuer itself.
    Raises InvalidTarget where there is no such API or more than one, InvalidScope where nothing is left.
    """
    owned = {scope: server for scope in scopes if (server := servers.owner(scope))}
    openid = {scope for scope in scopes if own is not None and scope in SCOPES}
    owners = {server.identifier: server for server in owned.values()}
    audience = _named(resource, servers) if resource else _only(owners)
    if audience is None and openid:
        audience = own
    granted = tuple(scope for scope in scopes if scope in openid or owned.get(scope) is audience)
    if audience is None or not granted:
        raise InvalidScope("none of the requested scopes can be granted")
    return audience, granted


def _named(resource: str, servers: ResourceServers) -> ResourceServer:
    server = servers.get(resource)
    if server is None:
        raise InvalidTarget("resource is not a registered API")
    return server


def _only(audiences: Mapping[str, ResourceServer]) -> ResourceServer | None:
    if len(audiences) > 1:
        raise InvalidTarget("the scopes belong to more than one API; name one with resource")
    return next(iter(audiences.values()), None)


def restrict(scopes: Collection[str], *limits: Collection[str] | None) -> tuple[str, ...]:
    """Keep the scopes that every limit allows (None allows all). Raises InvalidScope where none is left."""
    granted = tuple(scope for scope in scopes if all(limit is None or scope in limit for limit in limits))
    if not granted:
        raise InvalidScope("none of the requested scopes can be granted")
    return granted
