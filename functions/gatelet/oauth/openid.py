"""The scopes of OpenID Connect and the claims behind them. OpenID Connect Core §5.1, §5.4"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"

CLAIMS_OF_SCOPE: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
SCOPES = (OPENID, *CLAIMS_OF_SCOPE, OFFLINE_ACCESS)
CLAIMS = tuple(claim for claims in CLAIMS_OF_SCOPE.values() for claim in claims)


def claims_for(scopes: Collection[str], requested: Collection[str], known: Mapping[str, object]) -> dict[str, object]:
    """Return those of a user's claims that scopes or the `claims` parameter ask for."""
    asked = {claim for scope in scopes for claim in CLAIMS_OF_SCOPE.get(scope, ())} | set(requested)
    return {claim: known[claim] for claim in CLAIMS if claim in asked and claim in known}
