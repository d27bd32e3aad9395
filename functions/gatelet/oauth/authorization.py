"""What an authorization request asks for, before anybody is asked. RFC 6749 §4.1.1"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.oauth.authorization_code import GRANT_TYPE
from gatelet.oauth.errors import UnauthorizedClient, UnsafeRequest
from gatelet.oauth.grant import may_refresh
from gatelet.oauth.openid import OFFLINE_ACCESS
from gatelet.oauth.redirect_uri import is_registered
from gatelet.oauth.scope import choose_audience, restrict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.authorization_request import AuthorizationRequest
    from gatelet.oauth.client import Client
    from gatelet.oauth.client_authentication import Clients
    from gatelet.oauth.resource_server import ResourceServer, ResourceServers


def require_client(parameters: Mapping[str, str], clients: Clients) -> Client:
    """Find the client of a request. Raises UnsafeRequest."""
    client = clients.client(parameters["client_id"]) if "client_id" in parameters else None
    if client is None or not client.enabled:
        raise UnsafeRequest("unknown_client")
    return client


def require_redirect_uri(parameters: Mapping[str, str], client: Client) -> str:
    """Return the redirect URI of a request if the client registered it; it must be named. Raises UnsafeRequest."""
    redirect_uri = parameters.get("redirect_uri", "")
    if not is_registered(redirect_uri, client.redirect_uris):
        raise UnsafeRequest("bad_redirect_uri")
    return redirect_uri


def settle_scope(
    request: AuthorizationRequest, client: Client, servers: ResourceServers, own: ResourceServer
) -> tuple[ResourceServer, tuple[str, ...]]:
    """Return the audience and what may be asked of a user for it, whoever that will be.

    Raises UnauthorizedClient, InvalidScope and InvalidTarget.
    """
    if GRANT_TYPE not in client.grant_types:
        raise UnauthorizedClient("the client is not registered for authorization_code")
    asked = restrict(request.scope or client.scope, client.scope)
    if not may_refresh(client):
        asked = tuple(scope for scope in asked if scope != OFFLINE_ACCESS)
    return choose_audience(asked, request.resource, servers, own=own)
