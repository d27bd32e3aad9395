"""The ID token that a client hands back as a hint. OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatelet.oauth.id_token import TYPE
from gatelet.oauth.jws import MalformedToken, parse

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerificationKeys


@dataclass(frozen=True, kw_only=True)
class IdTokenHint:
    """Who a client thinks is signed in."""

    sub: str
    client_id: str
    sid: str


def read_id_token_hint(token: str | None, *, keys: VerificationKeys, issuer: str) -> IdTokenHint | None:
    """Return the hint of an ID token that this issuer made; one that has expired is good enough."""
    if token is None:
        return None
    try:
        unverified = parse(token)
        key = keys.key(unverified.kid)
        if key is None or unverified.typ != TYPE:
            return None
        claims = unverified.verify(key)
    except MalformedToken:
        return None
    members = [claims.get(name) for name in ("iss", "sub", "aud", "sid")]
    if members[0] != issuer or not all(isinstance(member, str) for member in members):
        return None
    return IdTokenHint(sub=claims["sub"], client_id=claims["aud"], sid=claims["sid"])
