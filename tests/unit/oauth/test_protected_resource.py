from __future__ import annotations

import base64

import pytest

from gatelet.oauth.errors import InsufficientScope, InvalidToken, TemporarilyUnavailable
from gatelet.oauth.protected_resource import authorize_call
from gatelet.oauth.route import parse_routes
from gatelet.oauth.verified_tokens import VerifiedTokens
from tests.unit.in_memory import Revocations
from tests.unit.tokens import AUDIENCE, ISSUER, NOW, PublishedKeys, base64url, claims, signed

ROUTES = parse_routes(
    """{
        "GET /orders": {"scope": "orders:read"},
        "POST /orders": {"scope": "orders:read orders:write"},
        "DELETE /orders": {"scope": "orders:admin"},
        "PUT /orders": {"scope": "orders:write", "sensitive": true}
    }"""
)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def call(route, token=None, *, revocations=None, header=None, **changes):
    return authorize_call(
        header or f"Bearer {token or signed(claims(**changes))}",
        route,
        routes=ROUTES,
        tokens=VerifiedTokens(keys=PublishedKeys(), issuer=ISSUER, audience=AUDIENCE),
        revocations=revocations or Revocations(),
        now=NOW,
    )


def test_a_good_token_with_the_scopes_of_the_route_is_let_through():
    """RFC 6750 §2.1"""
    assert call("GET /orders").claims.sub == "u_alice"
    assert call("POST /orders").claims.scope == ("orders:read", "orders:write")


@pytest.mark.attack("ATK-047")
@pytest.mark.parametrize(
    ("route", "scope"),
    [("DELETE /orders", "orders:read orders:write"), ("POST /orders", "orders:read"), ("POST /orders", "orders:write")],
)
def test_a_token_that_lacks_one_scope_of_the_route_is_refused(route, scope):
    """RFC 6750 §3.1"""
    with pytest.raises(InsufficientScope):
        call(route, scope=scope)


@pytest.mark.attack("ATK-048")
@pytest.mark.parametrize(
    "scope",
    [
        "",
        " ",
        "orders",
        "orders:rea",
        "orders:reader",
        "xorders:read",
        "ORDERS:READ",
        "orders:read\torders:write",
        "orders:read\n",
        "orders:read\u00a0orders:write",
        "orders:read,orders:write",
        "orders:*",
        "*",
        "orders:read\u200b",
        "orders\uff1aread",
    ],
)
def test_a_scope_is_matched_by_its_whole_name_between_spaces(scope):
    """RFC 6749 §3.3"""
    with pytest.raises(InsufficientScope):
        call("GET /orders", scope=scope)


@pytest.mark.attack("ATK-060")
@pytest.mark.parametrize(
    "route",
    [
        "GET /ORDERS",
        "GET /orders/",
        "GET //orders",
        "get /orders",
        "GET /orders/.",
        "HEAD /orders",
        "*",
        "",
        "$default",
    ],
)
def test_no_scope_opens_a_route_that_was_not_configured(route):
    with pytest.raises(InsufficientScope):
        call(route)


@pytest.mark.parametrize(
    ("route", "revocations", "error"),
    [
        ("GET /orders", Revocations(("token", "jti-1")), InvalidToken),
        ("GET /else", None, InsufficientScope),
        ("DELETE /orders", None, InsufficientScope),
    ],
)
def test_a_refusal_of_a_token_that_we_signed_names_whose_it_is_for_the_audit(route, revocations, error):
    with pytest.raises(error) as refusal:
        call(route, revocations=revocations, scope="orders:read")
    assert refusal.value.named == {"sub": "u_alice", "client_id": "c_app", "gid": "grant-1", "jti": "jti-1"}


@pytest.mark.attack("ATK-049")
@pytest.mark.parametrize(
    "event", [("grant", "grant-1"), ("token", "jti-1"), ("subject", "u_alice"), ("client", "c_app")]
)
def test_a_revoked_token_is_refused_as_a_bad_one(event):
    """RFC 6750 §3.1"""
    with pytest.raises(InvalidToken):
        call("GET /orders", revocations=Revocations(event))


@pytest.mark.attack("ATK-049")
def test_a_revoked_token_is_refused_before_its_scope_is_looked_at():
    """Nobody learns from a dead token what a route wants."""
    with pytest.raises(InvalidToken):
        call("DELETE /orders", revocations=Revocations(("grant", "grant-1")))
    with pytest.raises(InvalidToken):
        call("GET /unknown", revocations=Revocations(("grant", "grant-1")))


@pytest.mark.attack("ATK-042")
def test_another_spelling_of_a_revoked_token_is_revoked_too():
    """(r, n - s) is as good a signature as (r, s), so nothing is keyed on the text of a token. FIPS 186-5 §6.4"""
    message, _, signature = signed().rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    malleated = f"{message}.{base64url(other)}"
    assert call("GET /orders", malleated).claims.jti == "jti-1"
    with pytest.raises(InvalidToken):
        call("GET /orders", malleated, revocations=Revocations(("token", "jti-1")))


def test_a_sensitive_route_bears_no_lag_of_revocation():
    """It reads the feed before it decides; another route may be up to 5 s behind."""
    behind = Revocations(unread=(("grant", "grant-1"),))
    assert call("GET /orders", revocations=behind)
    with pytest.raises(InvalidToken):
        call("PUT /orders", revocations=behind)


@pytest.mark.attack("ATK-053")
def test_what_cannot_be_decided_is_not_told_as_a_bad_token():
    """An outage lets nobody in, and is nobody's fault who asks."""
    with pytest.raises(TemporarilyUnavailable):
        call("PUT /orders", revocations=Revocations(reachable=False))


@pytest.mark.attack("ATK-065")
@pytest.mark.parametrize("changes", [{"aud": "https://stock.example"}, {"iss": "https://other.example"}, {"exp": NOW}])
def test_a_token_for_somebody_else_or_of_yesterday_is_refused(changes):
    """RFC 9068 §4"""
    with pytest.raises(InvalidToken):
        call("GET /orders", **changes)


@pytest.mark.attack("ATK-003")
@pytest.mark.parametrize("header", ["Basic x", "DPoP " + signed(), "Bearer", signed()])
def test_only_a_bearer_token_is_looked_at(header):
    with pytest.raises(InvalidToken):
        call("GET /orders", header=header)


def test_a_call_is_decided_as_of_this_moment():
    """What the list knows depends on when it is asked."""

    class RevokedFrom:
        def __init__(self, moment):
            self._moment = moment

        def revokes(self, token, *, now, fresh):  # noqa: ARG002
            return now >= self._moment

    assert call("GET /orders", revocations=RevokedFrom(NOW + 1))
    with pytest.raises(InvalidToken):
        call("GET /orders", revocations=RevokedFrom(NOW))
