from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.errors import (
    GrantBehindToken,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    OAuthError,
    RefreshTokenReused,
    TemporarilyUnavailable,
    UnauthorizedClient,
)
from gatelet.oauth.grant import REVOKED, Grant
from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys, grant_id
from gatelet.oauth.issuance import Issuer
from gatelet.oauth.jws import Signer
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.refresh_token import RefreshTokens
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
APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("refresh_token",),
    scope=("orders:read", "orders:write"),
)
OTHER = replace(APP, client_id="c_other")
GRANT = Grant(
    gid=GID,
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("orders:read", "orders:write"),
    audience=AUDIENCE,
    auth_time=NOW - 500,
    acr="1",
    amr=("pwd",),
    generation=0,
    rotated_at=NOW - 500,
    idle_expires_at=NOW + 10**6,
    absolute_expires_at=NOW + 2 * 10**6,
    attempt="sign-in",
)
ORDERS = ResourceServer(identifier=AUDIENCE, name="Orders", scopes={"orders:read": "", "orders:write": ""})
ALICE = ResourceOwner(sub="u_alice", username="alice", roles=("clerk",))


class World:
    """Everything that a refresh works on; `refresh` is one request of the client."""

    def __init__(self, grant: Grant = GRANT) -> None:
        self.now = NOW
        self.grants = in_memory.Grants(grant)
        self.feed = in_memory.Feed()
        clerk = Role(name="clerk", permissions=frozenset({"orders:read", "orders:write"}))
        self.directory = in_memory.Directory(servers=ResourceServers((ORDERS,)), roles=Roles((clerk,)), users=(ALICE,))
        self.signers = in_memory.Signers({"ES256": Signer(KEYS["ES256"], "ES256")})
        self._attempts = 0

    def refresh(self, token, client=APP, *, after=0, **parameters):
        self.now += after
        self._attempts += 1
        tokens = UserTokens(
            handles=HANDLE_KEYS,
            grants=self.grants,
            feed=self.feed,
            directory=self.directory,
            issuer=Issuer(issuer=ISSUER, signers=self.signers),
        )
        request = TokenRequest(grant_type="refresh_token", refresh_token=token, **parameters)
        return RefreshTokens(tokens=tokens).refresh(request, client, attempt=f"attempt-{self._attempts}", now=self.now)

    @property
    def is_revoked(self):
        return self.grants[GID].status == REVOKED


@pytest.fixture
def world():
    return World()


def token(generation=0, client_id="c_app", prefix=REFRESH_TOKEN):
    return HANDLE_KEYS.seal(prefix, grant_secret=GRANT_SECRET, generation=generation, client_id=client_id)


@pytest.mark.attack("ATK-158")
def test_a_refresh_token_is_answered_with_an_access_token_and_its_successor(world):
    """RFC 6749 §6, RFC 9700 §4.14.2"""
    response = world.refresh(token())
    assert response.refresh_token == token(1)
    assert world.grants[GID].generation == 1
    claims = verify(response.access_token).claims
    assert (claims.sub, claims.client_id, claims.gid, claims.auth_time) == ("u_alice", "c_app", GID, NOW - 500)
    assert (claims.scope, claims.roles) == (("orders:read", "orders:write"), ("clerk",))


@pytest.mark.attack("ATK-159")
def test_a_token_that_comes_back_after_the_grace_ends_its_grant(world):
    """RFC 9700 §4.14.2"""
    world.refresh(token())
    with pytest.raises(RefreshTokenReused) as refusal:
        world.refresh(token(), after=31)
    assert refusal.value.named == {"gid": GID, "sub": "u_alice"}  # for the audit
    assert world.is_revoked
    assert world.feed.events == [RevocationEvent(type="grant", id=GID)]
    with pytest.raises(InvalidGrant):
        world.refresh(token(1))


@pytest.mark.attack("ATK-186")
@pytest.mark.attack("ATK-413")
@pytest.mark.parametrize("after", [0, 3, 30])
def test_an_honest_retry_gets_the_same_successor(world, after):
    """A lost answer or a second tab; nothing moves."""
    first = world.refresh(token())
    second = world.refresh(token(), after=after)
    assert second.refresh_token == first.refresh_token
    assert verify(second.access_token, now=world.now).claims.jti != verify(first.access_token).claims.jti
    assert world.grants[GID].generation == 1
    assert not world.is_revoked


@pytest.mark.attack("ATK-161")
def test_a_token_whose_successor_was_used_is_reuse_even_within_the_grace(world):
    world.refresh(token())
    world.refresh(token(1), after=1)
    with pytest.raises(RefreshTokenReused):
        world.refresh(token(), after=1)
    assert world.is_revoked


@pytest.mark.attack("ATK-165")
def test_two_rotations_in_one_second_do_not_hide_a_replay(world):
    """Order is a counter, never a timestamp."""
    world.refresh(token())
    world.refresh(token(1))
    with pytest.raises(RefreshTokenReused):
        world.refresh(token())
    assert world.is_revoked


@pytest.mark.attack("ATK-162")
def test_an_attacker_who_stays_one_generation_behind_is_found_out(world):
    world.refresh(token())
    with pytest.raises(RefreshTokenReused):
        world.refresh(token(), after=40)
    assert world.is_revoked


@pytest.mark.attack("ATK-163")
def test_without_a_grace_the_second_presentation_ends_the_grant(world):
    strict = replace(APP, refresh_grace=0)
    world.refresh(token(), strict)
    with pytest.raises(RefreshTokenReused):
        world.refresh(token(), strict)
    assert world.is_revoked


@pytest.mark.attack("ATK-390")
@pytest.mark.parametrize("grace", [0, 30])
def test_a_rotation_whose_answer_was_lost_on_the_way_from_the_store_is_a_success(world, grace):
    """The attempt's id tells our own write from a stranger's."""
    world.grants.lose_answer = True
    response = world.refresh(token(), replace(APP, refresh_grace=grace))
    assert response.refresh_token == token(1)
    assert not world.is_revoked


@pytest.mark.attack("ATK-176")
def test_a_token_ahead_of_its_grant_tells_of_a_restored_backup(world):
    """It is refused and revokes nothing; an alarm tells the operator."""
    with pytest.raises(GrantBehindToken) as refusal:
        world.refresh(token(5))
    assert refusal.value.error == "invalid_grant"
    assert refusal.value.metric
    assert refusal.value.named == {"gid": GID, "sub": "u_alice"}
    assert not world.is_revoked


@pytest.mark.attack("ATK-175")
@pytest.mark.parametrize(
    "text",
    [
        "x",
        token()[:-1],
        token() + "A",
        token()[:-1] + ("A" if token()[-1] != "A" else "B"),
        token()[:30] + ("A" if token()[30] != "A" else "B") + token()[31:],
        pytest.param(token(prefix="gc1_"), marks=pytest.mark.attack("ATK-181")),
        pytest.param("gr1_" + token(prefix="gc1_").removeprefix("gc1_"), marks=pytest.mark.attack("ATK-181")),
        pytest.param("eyJhbGciOiJub25lIn0.e30.AA", marks=pytest.mark.attack("ATK-181")),
    ],
)
def test_a_forged_token_is_refused_without_a_call(world, text):
    with pytest.raises(InvalidGrant):
        world.refresh(text)
    assert world.grants.calls == 0


@pytest.mark.attack("ATK-168")
@pytest.mark.attack("ATK-179")
def test_another_clients_attempt_has_no_effect(world):
    """Neither on the generation nor on the grant, and no call is made. RFC 6749 §10.4"""
    with pytest.raises(InvalidGrant):
        world.refresh(token(), OTHER)
    assert world.grants.calls == 0
    assert world.refresh(token()).refresh_token == token(1)


def test_a_refresh_token_is_required(world):
    with pytest.raises(InvalidRequest, match=r"^refresh_token is missing"):
        world.refresh(None)


@pytest.mark.attack("ATK-173")
def test_a_client_that_lost_the_grant_type_is_refused(world):
    """RFC 6749 §5.2"""
    with pytest.raises(UnauthorizedClient):
        world.refresh(token(), replace(APP, grant_types=("authorization_code",)))
    assert world.grants[GID].generation == 0


@pytest.mark.attack("ATK-170")
@pytest.mark.attack("ATK-179")
@pytest.mark.parametrize("scope", [("orders:admin",), ("orders:read", "orders:admin"), ("openid",)])
def test_a_wider_scope_is_refused_and_moves_nothing(world, scope):
    """RFC 6749 §6"""
    with pytest.raises(InvalidScope):
        world.refresh(token(), scope=scope)
    assert world.grants[GID].generation == 0


@pytest.mark.attack("ATK-179")
def test_another_resource_is_refused_and_moves_nothing(world):
    """RFC 8707 §2.2"""
    with pytest.raises(InvalidTarget):
        world.refresh(token(), resource="https://stock.example")
    assert world.grants[GID].generation == 0
    assert world.refresh(token(), resource=AUDIENCE).refresh_token == token(1)


@pytest.mark.attack("ATK-171")
def test_a_narrower_scope_is_that_of_the_access_token_alone(world):
    """The refresh token keeps what was granted. RFC 6749 §6"""
    narrow = world.refresh(token(), scope=("orders:read",))
    assert verify(narrow.access_token).claims.scope == ("orders:read",)
    assert narrow.scope == ("orders:read",)
    assert world.refresh(token(1)).scope == ("orders:read", "orders:write")


@pytest.mark.attack("ATK-173")
def test_a_scope_that_the_client_lost_is_not_in_the_next_token(world):
    response = world.refresh(token(), replace(APP, scope=("orders:read",)))
    assert verify(response.access_token).claims.scope == ("orders:read",)


@pytest.mark.attack("ATK-173")
@pytest.mark.attack("ATK-179")
def test_a_scope_that_the_client_lost_and_asks_for_moves_nothing(world):
    """Nothing a client gets wrong may move the generation: its next, right request would end the grant."""
    poorer = replace(APP, scope=("orders:read",))
    with pytest.raises(InvalidScope):
        world.refresh(token(), poorer, scope=("orders:write",))
    assert world.refresh(token(), poorer, after=60).scope == ("orders:read",)


def test_a_role_that_the_user_lost_takes_its_scopes_and_its_name_along(world):
    """Roles are those of the moment."""
    reader = Role(name="reader", permissions=frozenset({"orders:read"}))
    world.directory.known_roles = Roles((reader,))
    world.directory.users["u_alice"] = replace(ALICE, roles=("reader",))
    claims = verify(world.refresh(token()).access_token).claims
    assert (claims.scope, claims.roles) == (("orders:read",), ("reader",))


@pytest.mark.parametrize("state", ["disabled", "gone"])
def test_the_grant_of_a_disabled_user_is_revoked(world, state):
    if state == "gone":
        del world.directory.users["u_alice"]
    else:
        world.directory.users["u_alice"] = replace(ALICE, enabled=False)
    with pytest.raises(InvalidGrant):
        world.refresh(token())
    assert world.is_revoked
    assert world.feed.events == [RevocationEvent(type="grant", id=GID)]


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("part", ["grants", "signers"])
def test_an_outage_is_never_told_as_a_bad_token(world, part):
    """Safe to repeat, and soon enough to be an honest retry."""
    getattr(world, part).reachable = False
    with pytest.raises(TemporarilyUnavailable) as refusal:
        world.refresh(token())
    assert (refusal.value.status, refusal.value.error, refusal.value.retry_after) == (503, "temporarily_unavailable", 2)
    assert world.grants[GID].generation == 0
    getattr(world, part).reachable = True
    assert world.refresh(token(), after=2).refresh_token == token(1)


@pytest.mark.attack("ATK-395")
def test_without_a_key_for_its_id_tokens_the_generation_does_not_move(world):
    """Else every retry would be taken for reuse."""
    client = replace(APP, scope=("openid", *APP.scope), id_token_signed_response_alg="RS256")
    with pytest.raises(TemporarilyUnavailable):
        world.refresh(token(), client)
    assert (world.grants[GID].generation, world.grants.calls) == (0, 0)


@pytest.mark.attack("ATK-395")
def test_without_a_key_for_its_access_token_the_generation_does_not_move(world):
    world.directory.servers = ResourceServers((replace(ORDERS, signing_alg="EdDSA"),))
    with pytest.raises(TemporarilyUnavailable):
        world.refresh(token())
    assert world.grants[GID].generation == 0


def test_a_grant_whose_api_is_gone_ends_though_another_api_has_no_key(world):
    """There is nothing that a key would be needed for."""
    world.directory.servers = ResourceServers((replace(ORDERS, identifier="https://x.example", signing_alg="EdDSA"),))
    with pytest.raises(InvalidGrant):
        world.refresh(token())
    assert world.is_revoked


def test_a_grant_whose_access_token_would_be_too_long_ends(world):
    """Its successor is not handed out, and the next attempt would be told as reuse."""
    scopes = tuple(f"{'long' * 25}:{number}" for number in range(60))
    world.directory.servers = ResourceServers((replace(ORDERS, scopes=dict.fromkeys(scopes, "")),))
    world.directory.known_roles = Roles((Role(name="clerk", permissions=frozenset(scopes)),))
    world.grants = in_memory.Grants(replace(GRANT, scope=scopes))
    with pytest.raises(InvalidScope, match="characters"):
        world.refresh(token(), replace(APP, scope=scopes))
    assert world.is_revoked
    with pytest.raises(InvalidGrant, match="is revoked"):
        world.refresh(token(), replace(APP, scope=scopes), after=60)


@pytest.mark.attack("ATK-396")
def test_a_reuse_that_cannot_be_announced_is_no_answer_and_the_next_one_revokes(world):
    """The grant is not revoked before every verifier can know."""
    world.refresh(token())
    world.feed.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.refresh(token(), after=60)
    assert not world.is_revoked
    world.feed.reachable = True
    with pytest.raises(RefreshTokenReused):
        world.refresh(token(), after=1)
    assert world.is_revoked


@pytest.mark.attack("ATK-385")
def test_every_refusal_of_a_token_reads_alike_outside():
    """Unknown, expired, revoked, reused or another's. RFC 6749 §5.2"""
    worlds = [
        (World(), token(), OTHER),
        (World(), "x", APP),
        (World(replace(GRANT, status=REVOKED)), token(), APP),
        (World(replace(GRANT, absolute_expires_at=NOW)), token(), APP),
        (World(replace(GRANT, generation=7)), token(), APP),
        (World(), token(9), APP),
    ]
    said = set()
    for each, text, client in worlds:
        with pytest.raises(OAuthError) as refusal:
            each.refresh(text, client)
        said.add((refusal.value.error, refusal.value.description, refusal.value.status))
    assert len(said) == 1


def test_all_that_was_granted_may_be_asked_for(world):
    """RFC 6749 §6"""
    response = world.refresh(token(), scope=("orders:write", "orders:read"))
    assert set(verify(response.access_token).claims.scope) == {"orders:read", "orders:write"}


def test_a_scope_of_a_role_that_the_user_lost_is_refused_and_moves_nothing(world):
    world.directory.users["u_alice"] = replace(ALICE, roles=())
    with pytest.raises(OAuthError):
        world.refresh(token(), scope=("orders:read",))
    assert world.grants[GID].generation == 0


def test_a_scope_that_the_api_lost_is_refused_and_moves_nothing(world):
    world.directory.servers = ResourceServers((ResourceServer(identifier=AUDIENCE, name="Orders", scopes={}),))
    with pytest.raises(OAuthError):
        world.refresh(token(), scope=("orders:read",))
    assert world.grants[GID].generation == 0


def test_a_narrower_scope_of_a_grant_that_is_gone_is_refused(world):
    other = HANDLE_KEYS.seal(REFRESH_TOKEN, grant_secret=b"t" * 16, generation=0, client_id="c_app")
    with pytest.raises(InvalidGrant):
        world.refresh(other, scope=("orders:read",))


def test_a_refresh_that_asks_for_nothing_less_is_one_call_of_the_store(world):
    world.refresh(token())
    assert world.grants.calls == 1
