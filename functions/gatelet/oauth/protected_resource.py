"""The decision about one call of a protected API. RFC 6750 §3, RFC 9068 §4"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gatelet.oauth.access_token import verify_access_token
from gatelet.oauth.bearer import read_bearer
from gatelet.oauth.errors import InsufficientScope, InvalidToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.access_token import VerificationKeys, VerifiedToken
    from gatelet.oauth.route import Route


class Revocations(Protocol):
    """The revocation list as it is known here and now."""

    def revokes(self, token: VerifiedToken, *, now: int, fresh: bool) -> bool:
        """Tell whether a token is revoked; `fresh` reads the feed first.

        Raises TemporarilyUnavailable where that cannot be known.
        """


def _name(token: VerifiedToken) -> str:
    claims = token.claims
    return f"token {claims.jti} of client {claims.client_id} and subject {claims.sub}"


def authorize_call(
    authorization: str | None,
    route_key: str,
    *,
    routes: Mapping[str, Route],
    keys: VerificationKeys,
    revocations: Revocations,
    issuer: str,
    audience: str,
    now: int,
) -> VerifiedToken:
    """Return the token that allows the call.

    Raises InvalidToken or InsufficientScope, a refusal; and TemporarilyUnavailable, no decision.
    """
    token = verify_access_token(read_bearer(authorization), keys=keys, issuer=issuer, audience=audience, now=now)
    route = routes.get(route_key)
    if revocations.revokes(token, now=now, fresh=route is not None and route.sensitive):
        raise InvalidToken(f"{_name(token)} is revoked")
    if route is None:
        raise InsufficientScope(f"no scope opens this route, {_name(token)} or another")
    if not route.scope <= set(token.claims.scope):
        raise InsufficientScope(f"{_name(token)} lacks a scope of the route")
    return token
