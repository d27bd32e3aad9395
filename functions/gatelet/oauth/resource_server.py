"""A protected API: an audience, the scopes it owns, how its tokens are signed. RFC 8707 §2"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS_TOKEN_LIFETIME = 900
SIGNING_ALGORITHMS = ("ES256", "RS256", "EdDSA")


@dataclass(frozen=True, kw_only=True)
class ResourceServer:
    """An API registered by the operator; a scope belongs to exactly one."""

    identifier: str
    """The absolute URI that becomes `aud`."""
    name: str
    scopes: Mapping[str, str] = field(default_factory=dict)
    """Scope to its description for people."""
    access_token_lifetime: int = ACCESS_TOKEN_LIFETIME
    signing_alg: str = "ES256"
    introspection_client_id: str | None = None


class ResourceServers:
    """All protected APIs, by identifier and by the scope they own."""

    def __init__(self, servers: tuple[ResourceServer, ...]) -> None:
        self._by_identifier = {server.identifier: server for server in servers}
        self._by_scope = {scope: server for server in servers for scope in server.scopes}
        self.signing_algs = frozenset(server.signing_alg for server in servers)

    def get(self, identifier: str) -> ResourceServer | None:
        """Find an API by its identifier."""
        return self._by_identifier.get(identifier)

    def owner(self, scope: str) -> ResourceServer | None:
        """Find the API that a scope belongs to."""
        return self._by_scope.get(scope)
