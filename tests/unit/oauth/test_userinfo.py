"""Whom userinfo answers, and what it says. OpenID Connect Core §5.3"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.errors import InsufficientScope, InvalidToken
from gatelet.oauth.grant import PENDING, REVOKED, Grant
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.userinfo import UserInfo
from tests.unit import in_memory
from tests.unit.tokens import ABSENT, ATTACKER, AUDIENCE, ISSUER, NOW, PublishedKeys, claims, signed, verified

APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("authorization_code",),
    scope=("openid", "email"),
)
GRANT = Grant(
    gid="grant-1",
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("openid", "email"),
    audience=ISSUER,
    auth_time=NOW - 60,
    acr="1",
    amr=("pwd",),
    generation=0,
    rotated_at=NOW,
    idle_expires_at=NOW + 100,
    absolute_expires_at=NOW + 100,
    attempt="a",
    id_token_claims=("website",),
    userinfo_claims=("nickname",),
)
ALICE = ResourceOwner(
    sub="u_alice",
    username="alice",
    claims={
        "email": "a@example.org",
        "nickname": "Al",
        "name": "Alice",
        "website": "https://a.example",
        "sub": "u_eve",
    },
)


class World:
    """Everything that the endpoint works on."""

    def __init__(self, *, client=APP, owner=ALICE, grant=GRANT, events=(), unread=()):
        self._clients = {client.client_id: client} if client else {}
        self._users = {owner.sub: owner} if owner else {}
        self._info = UserInfo(
            keys=PublishedKeys(),
            grants=in_memory.Grants(*([grant] if grant else [])),
            revocations=in_memory.Revocations(*events, unread=unread),
            directory=self,
            issuer=ISSUER,
        )

    def client(self, client_id):
        return self._clients.get(client_id)

    def resource_owner(self, sub):
        return self._users.get(sub)

    def verify(self, token):
        return self._info.verify(token, NOW)

    def claims(self, now=NOW, **changes):
        return self._info.claims(verified(**{"scope": "openid email", **changes}), now)


@pytest.mark.parametrize("audience", [ISSUER, AUDIENCE])
def test_a_token_for_any_api_of_the_issuer_tells_its_client(audience):
    token, client = World().verify(signed(claims(aud=audience)))
    assert (token.claims.jti, client) == ("jti-1", APP)


@pytest.mark.parametrize(
    "token",
    [signed(claims(exp=NOW)), signed(claims(iss="https://other.example")), signed(key=ATTACKER), "not.a.token", ""],
)
def test_a_token_that_is_not_good_is_refused(token):
    """RFC 6750 §3.1"""
    with pytest.raises(InvalidToken):
        World().verify(token)


@pytest.mark.parametrize("client", [None, replace(APP, enabled=False)])
def test_a_token_of_a_client_that_is_disabled_or_gone_is_refused(client):
    with pytest.raises(InvalidToken, match="client c_app is disabled or gone"):
        World(client=client).verify(signed())


def test_the_claims_are_those_of_the_tokens_scope_and_of_the_claims_parameter():
    """`sub` is always there, and always the subject identifier. OpenID Connect Core §5.3.2, §5.4, §5.5"""
    assert World().claims() == {"sub": "u_alice", "email": "a@example.org", "nickname": "Al"}
    assert World().claims(scope="openid") == {"sub": "u_alice", "nickname": "Al"}


@pytest.mark.parametrize("scope", ["email", "orders:read", "openidx email"])
def test_a_token_without_the_scope_openid_does_not_reach_this_far(scope):
    """OpenID Connect Core §5.3"""
    with pytest.raises(InsufficientScope, match="openid"):
        World().claims(scope=scope)


def test_a_token_of_a_client_itself_does_not_reach_this_far():
    with pytest.raises(InsufficientScope, match="user"):
        World().claims(sub="c_app", gid=ABSENT, auth_time=ABSENT, acr=ABSENT, roles=ABSENT)


@pytest.mark.parametrize("owner", [None, replace(ALICE, enabled=False)])
def test_nothing_is_told_of_a_user_who_is_disabled_or_gone(owner):
    with pytest.raises(InvalidToken, match="user u_alice is disabled or gone"):
        World(owner=owner).claims()


@pytest.mark.attack("ATK-049")
@pytest.mark.parametrize("event", [("grant", "grant-1"), ("token", "jti-1"), ("subject", "u_alice")])
def test_a_revocation_holds_at_once_though_it_was_not_read_before(event):
    with pytest.raises(InvalidToken, match="revoked"):
        World(unread=(event,)).claims()


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (None, "no such grant"),
        (replace(GRANT, status=REVOKED), "grant grant-1 is revoked"),
        (replace(GRANT, status=PENDING), "grant grant-1 is pending"),
        (replace(GRANT, idle_expires_at=NOW), "grant grant-1 has expired"),
        (replace(GRANT, absolute_expires_at=NOW), "grant grant-1 has expired"),
    ],
)
def test_a_token_ends_with_its_grant(grant, said):
    """The log says how; the client does not learn it."""
    with pytest.raises(InvalidToken, match=said) as refusal:
        World(grant=grant).claims()
    assert "grant" not in refusal.value.description


def test_a_grant_is_good_to_its_last_second():
    assert World().claims(NOW + 99)
    with pytest.raises(InvalidToken):
        World().claims(NOW + 100)
