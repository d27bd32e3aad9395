"""The metadata document: what is switched on, and nothing else. RFC 8414 §2, OpenID Connect Discovery §3"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.oauth.authorization_request import PROMPTS, RESPONSE_MODES
from gatelet.oauth.client import AUTHENTICATION_METHODS, SECRET_METHODS
from gatelet.oauth.openid import CLAIMS, SCOPES
from gatelet.oauth.password import PASSWORD_ACR
from gatelet.oauth.pkce import METHOD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ID_TOKEN_CLAIMS = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "sid",
)
AUTHENTICATED = {
    "token_endpoint": AUTHENTICATION_METHODS,
    "revocation_endpoint": AUTHENTICATION_METHODS,
    "introspection_endpoint": tuple(sorted(SECRET_METHODS)),
}
"""How a client authenticates; a public one may not introspect. RFC 7662 §2.1"""


def server_metadata(
    issuer: str, endpoints: Mapping[str, str], grant_types: Sequence[str], signing_algorithms: Sequence[str]
) -> dict[str, Any]:
    """Return the metadata of an issuer whose endpoints, by member name, have these paths.

    `signing_algorithms` are those of the published keys.
    """
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in endpoints.items()},
        **{
            f"{name}_auth_methods_supported": list(methods)
            for name, methods in AUTHENTICATED.items()
            if name in endpoints
        },
        "grant_types_supported": list(grant_types),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "code_challenge_methods_supported": [METHOD],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": True,
        "prompt_values_supported": sorted(PROMPTS),
        "acr_values_supported": [PASSWORD_ACR],
        "scopes_supported": list(SCOPES),
        "claims_supported": [*ID_TOKEN_CLAIMS, *CLAIMS],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(signing_algorithms),
    }
