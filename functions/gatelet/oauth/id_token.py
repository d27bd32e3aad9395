"""ID tokens. OpenID Connect Core §2"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from gatelet.oauth import base64url
from gatelet.oauth.openid import claims_for

if TYPE_CHECKING:
    from gatelet.oauth.grant import Grant
    from gatelet.oauth.jws import Signer
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.token_request import TokenResponse

TYPE = "JWT"
LIFETIME = 900


def id_token(
    grant: Grant,
    owner: ResourceOwner,
    response: TokenResponse,
    *,
    issuer: str,
    signer: Signer,
    now: int,
    nonce: str | None,
) -> str:
    """Tell the client who signed in, when and how. OpenID Connect Core §3.1.3.6

    A refreshed one has no nonce, and the auth_time of the original. §12.2
    """
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": grant.sub,
        "aud": grant.client_id,
        "exp": now + LIFETIME,
        "iat": now,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": list(grant.amr),
        "sid": grant.session_id,
        "at_hash": at_hash(response.access_token, signer.alg),
        **claims_for((), grant.id_token_claims, owner.claims),
    }
    return signer.sign(TYPE, claims if nonce is None else {**claims, "nonce": nonce})


def at_hash(access_token: str, alg: str) -> str:
    """Return the left half of the access token's hash, by the hash of the ID token's algorithm. OIDC Core §3.1.3.6

    All our algorithms but EdDSA sign a SHA-256; Ed25519 has SHA-512 inside (RFC 8032 §5.1).
    """
    digest = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(access_token.encode()).digest()
    return base64url.encode(digest[: len(digest) // 2])
