"""What the suite checks of an answer of the userinfo endpoint. OpenID Connect Core §5.3.2"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.conformance.conditions import standard_claims
from tests.e2e.conformance.conditions.token_response import is_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from tests.e2e.conformance.id_tokens import IdToken

PROFILE = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "preferred_username",
)
CLAIMS_OF_SCOPE = {
    "openid": ("sub",),
    "profile": PROFILE,
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
"""OpenID Connect Core §5.4"""


def is_successful(answer: requests.Response) -> dict[str, Any]:
    """Require claims in JSON, with the subject among them."""
    assert answer.status_code == 200, answer.text
    is_json(answer)
    claims: dict[str, Any] = answer.json()
    assert claims["sub"]
    return claims


def is_refused(answer: requests.Response) -> None:
    """Require that a token which is revoked gets nothing. RFC 6750 §3.1"""
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def is_about_the_user_of(claims: Mapping[str, Any], token: IdToken) -> None:
    """Require the subject of the ID token: otherwise the client must not use the answer."""
    assert claims["sub"] == token.claims["sub"]


def has_exactly_the_claims_of(claims: Mapping[str, Any], scope: str) -> None:
    """Require every claim that the scopes ask for, of the right type, and no other. OpenID Connect Core §5.4"""
    standard_claims.have_the_right_types(claims)
    assert "_claim_names" not in claims
    assert set(claims) == {claim for name in scope.split() for claim in CLAIMS_OF_SCOPE[name]}
