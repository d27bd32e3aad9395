"""What a user's grant is answered with. RFC 6749 §5.1, OpenID Connect Core §3.1.3.3"""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.errors import InvalidGrant, InvalidTarget, TemporarilyUnavailable
from gatelet.oauth.grant import REVOKED, Grant
from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys, grant_id
from gatelet.oauth.issuance import Issuer
from gatelet.oauth.jws import Signer
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer, ResourceServers
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.role import Role, Roles
from gatelet.oauth.seal import SEALS, Seals
from gatelet.oauth.user_tokens import UserTokens
from tests.unit import in_memory
from tests.unit.tokens import AUDIENCE, ISSUER, KEYS, KIDS, NOW, verify

GRANT_SECRET = b"s" * 16
GID = grant_id(GRANT_SECRET)
HANDLE_KEYS = HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))))
APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("authorization_code", "refresh_token"),
    scope=("openid", "email", "offline_access", "orders:read", "orders:write"),
    id_token_signed_response_alg="EdDSA",
)
GRANT = Grant(
    gid=GID,
    client_id="c_app",
    sub="u_alice",
    session_id="session-1",
    scope=("openid", "orders:read", "orders:write"),
    audience=AUDIENCE,
    auth_time=NOW - 500,
    acr="1",
    amr=("pwd",),
    generation=4,
    rotated_at=NOW,
    idle_expires_at=NOW + 100,
    absolute_expires_at=NOW + 200,
    attempt="a",
    id_token_claims=("email",),
)
ORDERS = ResourceServer(
    identifier=AUDIENCE, name="Orders", scopes={"orders:read": "", "orders:write": ""}, signing_alg="ES256"
)
ALICE = ResourceOwner(
    sub="u_alice", username="alice", roles=("clerk", "gardener"), claims={"email": "alice@example.org"}
)
ROLES = (
    Role(name="clerk", permissions=frozenset({"orders:read", "orders:write"})),
    Role(name="gardener", permissions=frozenset({"garden:water"})),
)


class World:
    """Everything that an answer is made of."""

    def __init__(self, grant: Grant = GRANT, algorithms=("ES256", "EdDSA")) -> None:
        self.grant = grant
        self.grants = in_memory.Grants(grant)
        self.feed = in_memory.Feed()
        self.directory = in_memory.Directory(servers=ResourceServers((ORDERS,)), roles=Roles(ROLES), users=(ALICE,))
        self.signers = in_memory.Signers({alg: Signer(KEYS[alg], alg) for alg in algorithms})
        self.tokens = UserTokens(
            handles=HANDLE_KEYS,
            grants=self.grants,
            feed=self.feed,
            directory=self.directory,
            issuer=Issuer(issuer=ISSUER, signers=self.signers),
        )

    def answer(self, client=APP, scope=None, **parameters):
        registered = self.tokens.load(client)
        return self.tokens.answer(
            self.grant, GRANT_SECRET, client, registered=registered, scope=scope, now=NOW, **parameters
        )

    def require_key(self, gid=GID):
        self.tokens.require_key(gid, self.tokens.load(replace(APP, scope=("orders:read",))))


def id_token_of(response):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in response.id_token.split(".")[:2]]


def test_a_grant_is_answered_with_all_three_tokens():
    """RFC 6749 §5.1, OpenID Connect Core §3.1.3.3"""
    response = World().answer()
    claims = verify(response.access_token).claims
    assert (claims.sub, claims.gid, claims.client_id, claims.roles) == ("u_alice", GID, "c_app", ("clerk",))
    assert claims.scope == response.scope == ("openid", "orders:read", "orders:write")
    head, members = id_token_of(response)
    assert (head["kid"], head["typ"]) == (KIDS["EdDSA"], "JWT")
    assert (members["iss"], members["iat"], members["aud"], members["sub"]) == (ISSUER, NOW, "c_app", "u_alice")
    assert members["email"] == "alice@example.org"
    assert response.refresh_token == HANDLE_KEYS.seal(
        REFRESH_TOKEN, grant_secret=GRANT_SECRET, generation=4, client_id="c_app"
    )


@pytest.mark.parametrize("nonce", [None, "n-0S6_WzA2Mj"])
def test_the_id_token_has_the_nonce_that_it_is_to_have(nonce):
    """OpenID Connect Core §3.1.3.7"""
    assert id_token_of(World().answer(nonce=nonce))[1].get("nonce") == nonce


def test_a_scope_without_openid_gets_no_id_token():
    """OpenID Connect Core §3.1.2.1"""
    assert World().answer(scope=("orders:read",)).id_token is None


@pytest.mark.parametrize(("absolute", "expected"), [(200, 100), (30, 30)])
def test_a_refresh_token_lasts_to_the_idle_or_the_absolute_expiry_of_its_grant(absolute, expected):
    """The cookie that holds it in a browser lives as long."""
    assert World(replace(GRANT, absolute_expires_at=NOW + absolute)).answer().refresh_expires_in == expected


def test_a_client_without_the_grant_type_gets_no_refresh_token():
    """RFC 6749 §1.5"""
    response = World().answer(replace(APP, grant_types=("authorization_code",)))
    assert (response.refresh_token, response.refresh_expires_in) == (None, 0)
    assert response.access_token


def test_a_grant_of_openid_scopes_alone_has_the_issuer_as_its_audience():
    """Userinfo; no role says anything there. OpenID Connect Core §5.3"""
    response = World(replace(GRANT, audience=ISSUER, scope=("openid", "email"))).answer()
    claims = verify(response.access_token, audience=ISSUER).claims
    assert (claims.aud, claims.scope, claims.roles) == (ISSUER, ("openid", "email"), ())


def test_a_scope_that_the_api_lost_is_not_in_the_next_token():
    world = World()
    world.directory.servers = ResourceServers((replace(ORDERS, scopes={"orders:read": ""}),))
    assert world.answer().scope == ("openid", "orders:read")


def test_a_scope_that_user_or_client_lost_is_not_in_the_next_token():
    world = World()
    world.directory.users["u_alice"] = replace(ALICE, roles=("gardener",))
    assert world.answer().scope == ("openid",)
    assert World().answer(replace(APP, scope=("openid", "orders:write"))).scope == ("openid", "orders:write")


def ends(world, client=APP, said=""):
    """Tell whether the grant is refused and revoked, and the log says why."""
    with pytest.raises(InvalidGrant, match=f"grant {GID} has come to its end: {said}"):
        world.answer(client)
    announced = world.feed.events == [RevocationEvent(type="grant", id=GID)]
    return announced and world.grants[GID].status == REVOKED


def test_a_grant_that_may_no_longer_outlive_its_session_ends():
    """OpenID Connect Core §11"""
    offline = replace(GRANT, scope=("openid", "offline_access"), audience=ISSUER)
    assert World(offline).answer().scope == ("openid", "offline_access")
    poorer = replace(APP, scope=("openid", "orders:read"))
    assert ends(World(offline), poorer, "the client may no longer have offline_access")
    assert World().answer(poorer).scope == ("openid", "orders:read")


def test_a_grant_of_which_nothing_is_allowed_any_more_ends():
    assert ends(World(), replace(APP, scope=("profile",)), "none of the requested scopes")


def test_a_grant_whose_api_is_gone_ends():
    assert ends(World(replace(GRANT, audience="https://stock.example")), said="the API is no longer registered")


@pytest.mark.parametrize("user", [None, replace(ALICE, enabled=False)])
def test_a_grant_whose_user_is_disabled_or_gone_ends(user):
    world = World()
    world.directory.users = {"u_alice": user} if user else {}
    assert ends(world, said="the user is disabled or gone")


@pytest.mark.attack("ATK-395")
def test_a_client_that_may_ask_for_id_tokens_needs_a_key_of_their_algorithm():
    """It is found out before anything is written."""
    world = World(algorithms=("ES256",))
    with pytest.raises(TemporarilyUnavailable, match="EdDSA"):
        world.tokens.load(APP)
    assert world.tokens.load(replace(APP, scope=("orders:read",))).resource_servers is world.directory.servers


@pytest.mark.attack("ATK-395")
def test_without_the_keys_nothing_is_loaded():
    world = World()
    world.signers.reachable = False
    with pytest.raises(TemporarilyUnavailable, match="keys"):
        world.tokens.load(replace(APP, scope=("orders:read",)))


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize(
    ("audience", "is_enough"), [(AUDIENCE, True), (ISSUER, True), ("https://stock.example", False)]
)
def test_where_an_api_has_no_key_the_grant_says_whether_it_needs_that_one(audience, is_enough):
    world = World(replace(GRANT, audience=audience))
    stock = replace(ORDERS, identifier="https://stock.example", scopes={}, signing_alg="RS256")
    world.directory.servers = ResourceServers((ORDERS, stock))
    if is_enough:
        world.require_key()
    else:
        with pytest.raises(TemporarilyUnavailable, match="RS256"):
            world.require_key()
    assert world.grants.calls == 1


@pytest.mark.attack("ATK-395")
def test_without_a_key_for_userinfo_a_grant_for_it_is_not_answered():
    world = World(replace(GRANT, audience=ISSUER), algorithms=("EdDSA",))
    world.directory.servers = ResourceServers((replace(ORDERS, signing_alg="EdDSA"),))
    with pytest.raises(TemporarilyUnavailable, match="ES256"):
        world.require_key()


def test_where_every_api_has_a_key_the_grant_is_not_read():
    world = World()
    world.require_key()
    assert world.grants.calls == 0


@pytest.mark.parametrize("gone", ["grant", "api"])
def test_a_grant_or_an_api_that_is_gone_needs_no_key(gone):
    """The write finds out, and the answer ends the grant."""
    world = World(replace(GRANT, audience="https://gone.example"), algorithms=("EdDSA",))
    world.require_key(GID if gone == "api" else "another")


def test_an_api_is_found_by_its_identifier_and_the_issuer_is_its_own():
    world = World()
    registered = world.tokens.load(APP)
    assert world.tokens.audience(AUDIENCE, registered) is ORDERS
    assert world.tokens.audience(ISSUER, registered).identifier == ISSUER
    with pytest.raises(InvalidTarget, match="the API is no longer registered"):
        world.tokens.audience("https://stock.example", registered)
