from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.grant import REVOKED, Grant
from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys, grant_id
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.revocation import Revocation, revoke_grant
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.seal import SEALS, Seals
from tests.unit import in_memory
from tests.unit.tokens import ATTACKER, AUDIENCE, ISSUER, NOW, PublishedKeys, claims, header, signed

GRANT_SECRET = b"s" * 16
GID = grant_id(GRANT_SECRET)
HANDLE_KEYS = HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))))
APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("refresh_token",),
    scope=("a",),
)
GRANT = Grant(
    gid=GID,
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("a",),
    audience=AUDIENCE,
    auth_time=NOW,
    acr="1",
    amr=("pwd",),
    generation=3,
    rotated_at=NOW,
    idle_expires_at=NOW + 10**6,
    absolute_expires_at=NOW + 10**6,
    attempt="a",
)
ANNOUNCED = [RevocationEvent(type="grant", id=GID)]


class World:
    def __init__(self, grant: Grant = GRANT) -> None:
        self.grants = in_memory.Grants(grant)
        self.feed = in_memory.Feed()

    def revoke(self, token, client_id="c_app", now=NOW):
        revocation = Revocation(
            handles=HANDLE_KEYS, grants=self.grants, feed=self.feed, keys=PublishedKeys(), issuer=ISSUER
        )
        return revocation.revoke(token, replace(APP, client_id=client_id), now)

    @property
    def is_untouched(self):
        return not self.feed.events and not self.grants.calls


@pytest.fixture
def world():
    return World()


def handle(generation=3, client_id="c_app"):
    return HANDLE_KEYS.seal(REFRESH_TOKEN, grant_secret=GRANT_SECRET, generation=generation, client_id=client_id)


@pytest.mark.attack("ATK-191")
@pytest.mark.parametrize("generation", [0, 3])
def test_a_refresh_token_ends_its_grant_whatever_its_generation(world, generation):
    """RFC 7009 §2.1"""
    world.revoke(handle(generation))
    assert world.grants[GID].status == REVOKED
    assert world.feed.events == ANNOUNCED


def test_an_access_token_ends_alone(world):
    """RFC 7009 §2.1"""
    world.revoke(signed())
    assert world.feed.events == [RevocationEvent(type="token", id="jti-1")]
    assert world.grants.calls == 0


def test_an_access_token_for_any_api_is_revoked(world):
    world.revoke(signed(claims(aud="https://stock.example")))
    assert world.feed.events


@pytest.mark.attack("ATK-189")
@pytest.mark.parametrize(
    "token", ["x", "", "gr1_", handle()[:-1], "a.b.c", "\0", "\u00e9", signed(claims(exp=NOW, iat=NOW - 900))]
)
def test_an_unknown_or_expired_token_is_no_error_and_has_no_effect(world, token):
    """RFC 7009 §2.2"""
    assert world.revoke(token) is None
    assert world.is_untouched


@pytest.mark.attack("ATK-189")
def test_a_grant_that_is_gone_is_no_error(world):
    """RFC 7009 §2.2"""
    other = HANDLE_KEYS.seal(REFRESH_TOKEN, grant_secret=b"o" * 16, generation=0, client_id="c_app")
    world.revoke(other)
    assert world.grants[GID].status != REVOKED


@pytest.mark.attack("ATK-193")
@pytest.mark.parametrize("token", [handle(), signed()])
def test_another_clients_token_is_left_alone(world, token):
    """RFC 7009 §2.1"""
    assert world.revoke(token, client_id="c_other") is None
    assert world.is_untouched


@pytest.mark.attack("ATK-194")
@pytest.mark.parametrize(
    "token",
    [
        signed(key=ATTACKER),
        signed(head=header(alg="none")),
        signed().rpartition(".")[0] + ".",
        signed(head=header(typ="JWT")),
        signed(claims(iss="https://attacker.example")),
        handle()[:-4] + "AAAA",
    ],
)
def test_a_forged_token_revokes_nobodys(world, token):
    """The signature is verified first, or anybody could log anybody out."""
    assert world.revoke(token) is None
    assert world.is_untouched


@pytest.mark.attack("ATK-167")
def test_a_revocation_is_announced_before_it_is_written(world):
    """Revoked implies announced: else a verifier could go on taking tokens of a grant that is dead."""
    world.feed.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.revoke(handle())
    with pytest.raises(TemporarilyUnavailable):
        revoke_grant(GRANT, world.grants, world.feed, NOW)
    assert world.grants[GID].status != REVOKED


def test_a_revocation_that_died_half_way_is_repeated(world):
    world.grants.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.revoke(handle())
    assert world.feed.events == ANNOUNCED
    world.grants.reachable = True
    world.revoke(handle())
    assert world.grants[GID].status == REVOKED


def test_a_grant_without_a_living_token_ends_without_an_event(world):
    """A retry in the last second of the longest grace gave the last token, which lived an hour."""
    revoke_grant(GRANT, world.grants, world.feed, NOW + 60 + 3600 + 1)
    assert world.grants[GID].status == REVOKED
    assert world.feed.events == []


def test_a_grant_with_a_living_token_is_announced_to_its_last_second(world):
    revoke_grant(GRANT, world.grants, world.feed, NOW + 60 + 3600)
    assert world.feed.events == ANNOUNCED


def test_a_resting_grant_that_is_rotated_at_that_very_moment_is_announced():
    """What was read said that it rested."""
    world = World(replace(GRANT, generation=4, rotated_at=NOW + 10_000))
    revoke_grant(GRANT, world.grants, world.feed, NOW + 10_000)
    assert world.grants[GID].status == REVOKED
    assert world.feed.events == ANNOUNCED


def test_a_revoked_grant_is_not_announced_again(world):
    revoke_grant(replace(GRANT, status=REVOKED), world.grants, world.feed, NOW)
    assert world.is_untouched
