"""Access tokens are JWTs: made here, and strictly verified here. RFC 9068"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.jws import LONGEST_TOKEN, MalformedToken, VerificationKey, parse
from gatelet.oauth.resource_server import LONGEST_ACCESS_TOKEN_LIFETIME
from gatelet.oauth.role import ROLE_NAME
from gatelet.oauth.scope import format_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.jws import Signer

TYPE = "at+jwt"
TYPES = frozenset({TYPE, f"application/{TYPE}"})
CLOCK_SKEW = 5
"""Seconds that the clock of the container which issued may be ahead of ours."""
TEXT = re.compile(r"[\x20-\x7e]{1,255}")
STRINGS = ("iss", "sub", "aud", "jti", "client_id")


class VerificationKeys(Protocol):
    """The published keys of the issuer."""

    def key(self, kid: str) -> VerificationKey | None:
        """Find a key by its id; only from our own set."""


@dataclass(frozen=True, kw_only=True)
class AccessToken:
    """The claims of an access token. RFC 9068 §2.2

    The last group is there when a user is behind the token.
    """

    iss: str
    sub: str
    aud: str
    exp: int
    iat: int
    jti: str
    client_id: str
    scope: tuple[str, ...]
    gid: str | None = None
    auth_time: int | None = None
    acr: str | None = None
    roles: tuple[str, ...] = ()

    def sign(self, signer: Signer) -> str:
        """Return the token. Raises ValueError if it would be longer than 4 KB."""
        claims = {name: value for name, value in vars(self).items() if value is not None and value != ()}
        token = signer.sign(TYPE, {**claims, "scope": format_scope(self.scope)})
        if len(token) > LONGEST_TOKEN:
            raise ValueError(f"the access token would have {len(token)} characters")
        return token


@dataclass(frozen=True, kw_only=True)
class VerifiedToken:
    """An access token whose signature, issuer, lifetime and form are right."""

    claims: AccessToken
    kid: str


def verify_access_token(
    token: str, *, keys: VerificationKeys, issuer: str, audience: str | None, now: int
) -> VerifiedToken:
    """Verify everything about a token but revocation and scope. RFC 9068 §4

    `audience` is the API that asks; None takes a token for any API of this issuer.
    Raises InvalidToken, whose detail is for the log.
    """
    try:
        unverified = parse(token)
        if unverified.typ not in TYPES:
            raise InvalidToken("typ is not at+jwt")
        key = keys.key(unverified.kid)
        if key is None:
            raise InvalidToken("kid is not one of the published keys")
        claims = _claims(unverified.verify(key))
    except MalformedToken as error:
        raise InvalidToken(str(error)) from None
    _require_issuer(claims, issuer, audience)
    _require_lifetime(claims, now)
    return VerifiedToken(claims=claims, kid=unverified.kid)


def _require_issuer(claims: AccessToken, issuer: str, audience: str | None) -> None:
    if claims.iss != issuer:
        raise InvalidToken("iss is not the issuer")
    if audience is not None and claims.aud != audience:
        raise InvalidToken("aud is another API")


def _require_lifetime(claims: AccessToken, now: int) -> None:
    if claims.exp <= now:
        raise InvalidToken("expired")
    if claims.iat > now + CLOCK_SKEW:
        raise InvalidToken("iat lies in the future")
    if not 0 < claims.exp - claims.iat <= LONGEST_ACCESS_TOKEN_LIFETIME:
        raise InvalidToken("the lifetime is longer than any that is issued")


def _claims(members: Mapping[str, Any]) -> AccessToken:
    """Require the claims of RFC 9068 §2.2 with exactly their types."""
    if "cnf" in members:
        raise InvalidToken("the token is bound to a key that was not shown")
    for name in STRINGS:
        if not _is_text(members.get(name)):
            raise InvalidToken(f"{name} is missing or malformed")
    for name in ("exp", "iat"):
        if type(members.get(name)) is not int:
            raise InvalidToken(f"{name} is missing or no integer")
    _require_not_before(members)
    scope = members.get("scope")
    if not isinstance(scope, str):
        raise InvalidToken("scope is missing or no string")
    user = _user_claims(members)
    if user["gid"] is None and members["sub"] != members["client_id"]:
        raise InvalidToken("gid is missing")
    required = {name: members[name] for name in (*STRINGS, "exp", "iat")}
    return AccessToken(**required, scope=tuple(scope.split(" ")), **user)


def _require_not_before(members: Mapping[str, Any]) -> None:
    nbf = members.get("nbf", members["iat"])
    if type(nbf) is not int or nbf > members["iat"]:
        raise InvalidToken("nbf is malformed or later than iat")


def _user_claims(members: Mapping[str, Any]) -> dict[str, Any]:
    gid, acr, auth_time = members.get("gid"), members.get("acr"), members.get("auth_time")
    roles = members.get("roles", [])
    if not all(value is None or _is_text(value) for value in (gid, acr)):
        raise InvalidToken("gid or acr is malformed")
    if auth_time is not None and type(auth_time) is not int:
        raise InvalidToken("auth_time is no integer")
    if not isinstance(roles, list) or not all(isinstance(role, str) and ROLE_NAME.fullmatch(role) for role in roles):
        raise InvalidToken("roles is malformed")
    return {"gid": gid, "acr": acr, "auth_time": auth_time, "roles": tuple(roles)}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and TEXT.fullmatch(value) is not None
