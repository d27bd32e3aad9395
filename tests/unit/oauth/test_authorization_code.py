from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gatelet.oauth import base64url
from gatelet.oauth.authorization_code import AuthorizationCodes
from gatelet.oauth.client import Client
from gatelet.oauth.errors import (
    CodeReplayed,
    InvalidGrant,
    InvalidRequest,
    InvalidTarget,
    OAuthError,
    TemporarilyUnavailable,
    UnauthorizedClient,
)
from gatelet.oauth.grant import ACTIVE, PENDING, REVOKED, Grant
from gatelet.oauth.handle import AUTHORIZATION_CODE, HandleKeys, grant_id
from gatelet.oauth.issuance import Issuer
from gatelet.oauth.jws import Signer
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.pkce import challenge_of
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer, ResourceServers
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.role import Role, Roles
from gatelet.oauth.seal import SEALS, Seals
from gatelet.oauth.token_request import TokenRequest
from gatelet.oauth.user_tokens import UserTokens
from tests.unit import in_memory
from tests.unit.tokens import AUDIENCE, ISSUER, KEYS, NOW, verify

GRANT_SECRET = b"s" * 16
GID = grant_id(GRANT_SECRET)
HANDLE_KEYS = HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))))
VERIFIER, CALLBACK = "v" * 43, "https://app.example/callback"
APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("authorization_code", "refresh_token"),
    scope=("orders:read",),
)
ORDERS = ResourceServer(identifier=AUDIENCE, name="Orders", scopes={"orders:read": ""})
GRANT = Grant(
    gid=GID,
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("orders:read",),
    audience=AUDIENCE,
    auth_time=NOW - 5,
    acr="1",
    amr=("pwd",),
    generation=0,
    rotated_at=NOW,
    idle_expires_at=NOW + 10**6,
    absolute_expires_at=NOW + 2 * 10**6,
    attempt="sign-in",
    status=PENDING,
    redirect_uri=CALLBACK,
    code_challenge=challenge_of(VERIFIER),
    code_expires_at=NOW + 60,
)


class World:
    def __init__(self, grant: Grant = GRANT) -> None:
        self.grants = in_memory.Grants(grant)
        self.feed = in_memory.Feed()
        clerk = Role(name="clerk", permissions=frozenset({"orders:read"}))
        alice = ResourceOwner(sub="u_alice", username="alice", roles=("clerk",))
        self.directory = in_memory.Directory(servers=ResourceServers((ORDERS,)), roles=Roles((clerk,)), users=(alice,))
        self.signers = in_memory.Signers({"ES256": Signer(KEYS["ES256"], "ES256")})
        self._attempts = 0

    def redeem(self, code, client=APP, *, now=NOW, **form):
        self._attempts += 1
        issuer = Issuer(issuer=ISSUER, signers=self.signers)
        tokens = UserTokens(
            handles=HANDLE_KEYS, grants=self.grants, feed=self.feed, directory=self.directory, issuer=issuer
        )
        given = {"code": code, "code_verifier": VERIFIER, "redirect_uri": CALLBACK, **form}
        request = TokenRequest(grant_type="authorization_code", **given)
        return AuthorizationCodes(tokens=tokens).redeem(request, client, attempt=f"attempt-{self._attempts}", now=now)

    @property
    def status(self):
        return self.grants[GID].status


@pytest.fixture
def world():
    return World()


def code(prefix=AUTHORIZATION_CODE, client_id="c_app"):
    return HANDLE_KEYS.seal(prefix, grant_secret=GRANT_SECRET, generation=0, client_id=client_id)


def test_a_code_is_answered_with_the_tokens_of_its_grant(world):
    """RFC 6749 §4.1.4"""
    response = world.redeem(code())
    claims = verify(response.access_token).claims
    assert (claims.sub, claims.gid, claims.auth_time, claims.scope) == ("u_alice", GID, NOW - 5, ("orders:read",))
    assert response.refresh_token is not None
    assert world.status == ACTIVE


def test_a_second_redemption_by_the_rightful_client_is_a_replay_and_ends_the_grant(world):
    """RFC 6749 §4.1.2"""
    world.redeem(code())
    with pytest.raises(CodeReplayed) as refusal:
        world.redeem(code())
    assert refusal.value.named == {"gid": GID, "sub": "u_alice"}  # for the audit
    assert world.status == REVOKED
    assert world.feed.events == [RevocationEvent(type="grant", id=GID)]
    with pytest.raises(InvalidGrant) as once_more:
        world.redeem(code())
    assert not isinstance(once_more.value, CodeReplayed)
    assert len(world.feed.events) == 1


@pytest.mark.parametrize("status", [PENDING, ACTIVE])
def test_a_grant_that_is_another_clients_in_the_store_is_left_alone(status):
    world = World(replace(GRANT, client_id="c_other", status=status))
    with pytest.raises(InvalidGrant) as refusal:
        world.redeem(code())
    assert not isinstance(refusal.value, CodeReplayed)
    assert (world.status, world.feed.events) == (status, [])


def test_a_code_of_a_grant_that_is_gone_is_refused(world):
    other = HANDLE_KEYS.seal(AUTHORIZATION_CODE, grant_secret=b"t" * 16, generation=0, client_id="c_app")
    with pytest.raises(InvalidGrant):
        world.redeem(other)


@pytest.mark.parametrize("form", [{"redirect_uri": None}, {"redirect_uri": CALLBACK}])
def test_who_answers_the_challenge_may_leave_the_redirect_uri_out(world, form):
    """OAuth 2.1 §4.1.3"""
    assert verify(world.redeem(code(), **form).access_token).claims.gid == GID


def test_the_nonce_of_the_authorization_request_comes_back_in_the_id_token():
    """OpenID Connect Core §3.1.3.7"""
    world = World(replace(GRANT, scope=("openid",), nonce="n-0S6"))
    client = replace(APP, scope=("openid",), id_token_signed_response_alg="ES256")
    id_token = world.redeem(code(), client).id_token
    assert json.loads(base64url.decode(id_token.split(".")[1]))["nonce"] == "n-0S6"


@pytest.mark.attack("ATK-095")
@pytest.mark.parametrize("form", [{"code_verifier": "w" * 43}, {"code_verifier": None}, {"redirect_uri": "https://x"}])
def test_whoever_does_not_hold_what_the_client_holds_has_no_effect(world, form):
    """Neither before nor after the redemption. OAuth 2.1 §7.5.3"""
    for status in (PENDING, ACTIVE):
        with pytest.raises(InvalidGrant):
            world.redeem(code(), **form)
        assert world.status == status
        if status == PENDING:
            world.redeem(code())
    assert world.feed.events == []


@pytest.mark.attack("ATK-111")
def test_a_redemption_whose_answer_was_lost_on_the_way_from_the_store_is_a_success(world):
    world.grants.lose_answer = True
    assert verify(world.redeem(code()).access_token).claims.gid == GID
    assert world.status == ACTIVE


@pytest.mark.parametrize("passed", [60, 61, 10**5])
def test_a_code_that_expired_ends_nothing(world, passed):
    with pytest.raises(InvalidGrant) as refusal:
        world.redeem(code(), now=NOW + passed)
    assert not isinstance(refusal.value, CodeReplayed)
    assert world.status == PENDING


@pytest.mark.attack("ATK-098")
@pytest.mark.attack("ATK-102")
@pytest.mark.parametrize("text", [code(client_id="c_other"), code("gr1_"), code()[:-1], "x"])
def test_a_code_that_is_not_the_clients_is_refused_without_a_call(world, text):
    with pytest.raises(InvalidGrant):
        world.redeem(text)
    assert world.grants.calls == 0


@pytest.mark.parametrize("form", [{"code_verifier": None, "redirect_uri": None}, {"code_verifier": "short"}])
def test_what_can_answer_no_request_is_refused_without_a_call(world, form):
    with pytest.raises(InvalidGrant):
        world.redeem(code(), **form)
    assert world.grants.calls == 0


def test_a_code_is_required(world):
    with pytest.raises(InvalidRequest, match=r"^code is missing$"):
        world.redeem(None)


def test_a_client_that_is_not_registered_for_codes_is_unauthorized(world):
    """RFC 6749 §5.2"""
    with pytest.raises(UnauthorizedClient):
        world.redeem(code(), replace(APP, grant_types=("refresh_token",)))
    assert world.status == PENDING


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("part", ["grants", "signers"])
def test_an_outage_consumes_nothing(world, part):
    getattr(world, part).reachable = False
    with pytest.raises(OAuthError) as refusal:
        world.redeem(code())
    assert (refusal.value.status, world.status) == (503, PENDING)


@pytest.mark.attack("ATK-395")
def test_without_a_key_for_its_id_tokens_nothing_is_consumed(world):
    """Else the code would be burnt, and the client's next attempt a replay."""
    client = replace(APP, scope=("openid", "orders:read"), id_token_signed_response_alg="RS256")
    with pytest.raises(OAuthError) as refusal:
        world.redeem(code(), client)
    assert (refusal.value.status, world.status, world.grants.calls) == (503, PENDING, 0)


@pytest.mark.attack("ATK-395")
def test_without_a_key_for_its_access_token_nothing_is_consumed(world):
    world.directory.servers = ResourceServers((replace(ORDERS, signing_alg="EdDSA"),))
    with pytest.raises(TemporarilyUnavailable):
        world.redeem(code())
    assert world.status == PENDING


def test_an_api_without_a_key_is_no_obstacle_to_the_grant_of_another(world):
    """At the price of one read."""
    without_key = ResourceServer(identifier="https://eddsa.example", name="", scopes={"x": ""}, signing_alg="EdDSA")
    world.directory.servers = ResourceServers((ORDERS, without_key))
    assert world.redeem(code()).access_token
    assert world.grants.calls == 2


def test_a_token_for_another_api_than_the_granted_one_is_not_to_be_had(world):
    """RFC 8707 §2.2. The code is not consumed."""
    with pytest.raises(InvalidTarget):
        world.redeem(code(), resource="https://stock.example")
    assert world.status == PENDING
    assert verify(world.redeem(code(), resource=AUDIENCE).access_token).claims.aud == AUDIENCE


@pytest.mark.attack("ATK-105")
def test_the_grant_of_a_disabled_user_ends(world):
    world.directory.users["u_alice"] = replace(world.directory.users["u_alice"], enabled=False)
    with pytest.raises(InvalidGrant):
        world.redeem(code())
    assert world.status == REVOKED
