"""The decision about one call of a protected API. RFC 6750 §3, RFC 9068 §4"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gatelet.oauth.bearer import read_bearer
from gatelet.oauth.errors import InsufficientScope, InvalidToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.access_token import VerifiedToken
    from gatelet.oauth.route import Route
    from gatelet.oauth.verified_tokens import VerifiedTokens


class Revocations(Protocol):
    """The revocation list as it is known here and now."""

    def revokes(self, token: VerifiedToken, *, now: int, fresh: bool) -> bool:
        """Tell whether a token is revoked; `fresh` reads the feed first.

        Raises TemporarilyUnavailable where that cannot be known.
        """


def _name(token: VerifiedToken) -> str:
    claims = token.claims
    return f"token {claims.jti} of client {claims.client_id} and subject {claims.sub}"


def _named(token: VerifiedToken) -> dict[str, str | None]:
    claims = token.claims
    return {"sub": claims.sub, "client_id": claims.client_id, "gid": claims.gid, "jti": claims.jti}


def authorize_call(
    authorization: str | None,
    route_key: str,
    *,
    routes: Mapping[str, Route],
    tokens: VerifiedTokens,
    revocations: Revocations,
    now: int,
) -> VerifiedToken:
    """Return the token that allows the call.

    Raises InvalidToken or InsufficientScope, a refusal; and TemporarilyUnavailable, no decision.
    """
    token = tokens.verify(read_bearer(authorization), now)
    route = routes.get(route_key)
    if revocations.revokes(token, now=now, fresh=route is not None and route.sensitive):
        raise InvalidToken(f"{_name(token)} is revoked", named=_named(token))
    if route is None:
        raise InsufficientScope(f"no scope opens this route, {_name(token)} or another", named=_named(token))
    if not route.scope <= set(token.claims.scope):
        raise InsufficientScope(f"{_name(token)} lacks a scope of the route", named=_named(token))
    return token
