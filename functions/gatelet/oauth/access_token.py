"""Access tokens are JWTs: made here, and strictly verified here. RFC 9068"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.jws import LONGEST_TOKEN, MalformedToken, VerificationKey, parse
from gatelet.oauth.role import ROLE_NAME
from gatelet.oauth.scope import format_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gatelet.oauth.jws import Signer

TYPE = "at+jwt"
TYPES = frozenset({TYPE, f"application/{TYPE}"})
LONGEST_LIFETIME = 3600
"""Seconds that any access token is good for at most."""
CLOCK_SKEW = 5
"""Seconds that the clock of the container which issued may be ahead of ours."""
LONGEST_TEXT = 255
STRINGS = ("iss", "sub", "aud", "jti", "client_id")
USER_STRINGS = ("gid", "acr")
USER_CLAIMS = frozenset({*USER_STRINGS, "auth_time", "roles"})


class VerificationKeys(Protocol):
    """The published keys of the issuer."""

    def key(self, kid: str) -> VerificationKey | None:
        """Find a key by its id; only from our own set."""


class AccessToken(NamedTuple):
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

    def members(self) -> dict[str, Any]:
        """Return the claims that there are, as they stand in the token."""
        named = zip(self._fields, self, strict=True)
        members = {name: value for name, value in named if value is not None and value != ()}
        members["scope"] = format_scope(self.scope)
        return members

    def sign(self, signer: Signer) -> str:
        """Return the token. Raises ValueError if it would be longer than 4 KB."""
        token = signer.sign(TYPE, self.members())
        if len(token) > LONGEST_TOKEN:
            raise ValueError(f"the access token would have {len(token)} characters")
        return token


class VerifiedToken(NamedTuple):
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
    verified, _ = read_signed(token, keys)
    require_good(verified.claims, issuer=issuer, audience=audience, now=now)
    return verified


def read_signed(token: str, keys: VerificationKeys) -> tuple[VerifiedToken, VerificationKey]:
    """Return the claims that a published key has signed, and the key: text and key alone decide. RFC 7515 §5.2

    Raises InvalidToken.
    """
    try:
        unverified = parse(token)
        if unverified.typ not in TYPES:
            raise InvalidToken("typ is not at+jwt")
        key = keys.key(unverified.kid)
        if key is None:
            raise InvalidToken("kid is not one of the published keys")
        return VerifiedToken(_claims(unverified.verify(key)), unverified.kid), key
    except MalformedToken as error:
        raise InvalidToken(str(error)) from None


def require_good(claims: AccessToken, *, issuer: str, audience: str | None, now: int) -> None:
    """Require issuer, audience and lifetime, as they are asked for here and now. RFC 9068 §4

    Raises InvalidToken.
    """
    if claims.iss != issuer:
        raise InvalidToken("iss is not the issuer")
    if audience is not None and claims.aud != audience:
        raise InvalidToken("aud is another API")
    if claims.exp <= now:
        raise InvalidToken("expired")
    if claims.iat > now + CLOCK_SKEW:
        raise InvalidToken("iat lies in the future")
    if not 0 < claims.exp - claims.iat <= LONGEST_LIFETIME:
        raise InvalidToken("the lifetime is longer than any that is issued")


def _claims(members: Mapping[str, Any]) -> AccessToken:
    """Require the claims of RFC 9068 §2.2 with exactly their types."""
    if "cnf" in members:
        raise InvalidToken("the token is bound to a key that was not shown")
    _require_texts(members, STRINGS)
    iat, exp, nbf = members.get("iat"), members.get("exp"), members.get("nbf", 0)
    if type(iat) is not int or type(exp) is not int:
        raise InvalidToken("iat or exp is missing or no integer")
    if type(nbf) is not int or nbf > iat:
        raise InvalidToken("nbf is malformed or later than iat")
    scope = members.get("scope")
    if not isinstance(scope, str):
        raise InvalidToken("scope is missing or no string")
    _require_user_claims(members)
    gid, sub, client_id = members.get("gid"), members["sub"], members["client_id"]
    if gid is None and sub != client_id:
        raise InvalidToken("gid is missing")
    return AccessToken(  # by position: by name would take twice the time
        members["iss"],
        sub,
        members["aud"],
        exp,
        iat,
        members["jti"],
        client_id,
        tuple(scope.split(" ")),
        gid,
        members.get("auth_time"),
        members.get("acr"),
        tuple(members.get("roles", ())),
    )


def _require_user_claims(members: Mapping[str, Any]) -> None:
    if USER_CLAIMS.isdisjoint(members):
        return
    _require_texts(members, [name for name in USER_STRINGS if members.get(name) is not None])
    auth_time, roles = members.get("auth_time"), members.get("roles", [])
    if auth_time is not None and type(auth_time) is not int:
        raise InvalidToken("auth_time is no integer")
    if not isinstance(roles, list):
        raise InvalidToken("roles is no list")
    for role in roles:
        if not isinstance(role, str) or not ROLE_NAME.fullmatch(role):
            raise InvalidToken("roles is malformed")


def _require_texts(members: Mapping[str, Any], names: Iterable[str]) -> None:
    """Require strings of 1 to 255 characters from space to tilde."""
    for name in names:
        value = members.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
            raise InvalidToken(f"{name} is missing or malformed")
        if not (value.isascii() and value.isprintable()):
            raise InvalidToken(f"{name} is malformed")
