"""The metadata document: what is switched on, and nothing else. RFC 8414 §2"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.oauth.client import AUTHENTICATION_METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def server_metadata(issuer: str, endpoints: Mapping[str, str], grant_types: Sequence[str]) -> dict[str, Any]:
    """Return the metadata of an issuer whose endpoints, by member name, have these paths."""
    authenticated = {
        f"{name}_auth_methods_supported": list(AUTHENTICATION_METHODS)
        for name in ("token_endpoint", "revocation_endpoint")
        if name in endpoints
    }
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in endpoints.items()},
        **authenticated,
        "grant_types_supported": list(grant_types),
        "response_types_supported": [],
    }
