"""The `claims` parameter. OpenID Connect Core §5.5"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatelet.oauth.errors import InvalidRequest, UnmetAuthenticationRequirements
from gatelet.oauth.openid import CLAIMS_OF_SCOPE
from gatelet.oauth.password import PASSWORD_ACR

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 4096


@dataclass(frozen=True, kw_only=True)
class RequestedClaims:
    """The names of the claims asked for; essential or not, each is given where it is known and may be.

    `subjects`, where it is not None, are the users of whom alone the client wants to hear. §5.5.1
    """

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()
    subjects: frozenset[str] | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that open these claims: what the user is asked for, in their words. §5.4"""
        asked = {*self.userinfo, *self.id_token}
        return tuple(scope for scope, claims in CLAIMS_OF_SCOPE.items() if asked & set(claims))

    def opened_by(self, scopes: Collection[str]) -> RequestedClaims:
        """Return those of the claims that some scopes open."""
        opened = {claim for scope in scopes for claim in CLAIMS_OF_SCOPE.get(scope, ())}
        userinfo, id_token = (tuple(c for c in names if c in opened) for names in (self.userinfo, self.id_token))
        return replace(self, userinfo=userinfo, id_token=id_token)


def parse_claims(text: str | None) -> RequestedClaims:
    """Read the parameter. Raises InvalidRequest and UnmetAuthenticationRequirements."""
    if text is None:
        return RequestedClaims()
    if len(text) > LONGEST:
        raise InvalidRequest("claims is longer than 4096 characters")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidRequest("claims is not JSON") from None
    if not isinstance(document, dict):
        raise InvalidRequest("claims is not a JSON object")
    userinfo, id_token = (_section(document, member) for member in ("userinfo", "id_token"))
    _require_possible_acr(id_token.get("acr") or {})
    return RequestedClaims(
        userinfo=tuple(userinfo), id_token=tuple(id_token), subjects=_values(id_token.get("sub") or {})
    )


def _section(document: dict[str, object], member: str) -> dict[str, dict[str, object] | None]:
    section = document.get(member)
    if section is None:
        return {}
    if not isinstance(section, dict) or not all(value is None or isinstance(value, dict) for value in section.values()):
        raise InvalidRequest(f"{member} in claims is not an object of claim requests")
    return section


def _values(request: dict[str, object]) -> frozenset[str] | None:
    """Return the values that a claim must have one of; None where any will do. §5.5.1"""
    values = [request["value"]] if "value" in request else request.get("values")
    if values is None:
        return None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidRequest("value or values in claims is no text, or no list of texts")
    return frozenset(values)


def _require_possible_acr(request: dict[str, object]) -> None:
    """Refuse an essential acr that no sign-in here has. §5.5.1.1"""
    values = _values(request)
    if request.get("essential") is True and values is not None and PASSWORD_ACR not in values:
        raise UnmetAuthenticationRequirements("the essential acr is not one of acr_values_supported")
