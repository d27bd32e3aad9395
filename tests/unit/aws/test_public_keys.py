from __future__ import annotations

import json

import pytest

from gatelet.aws.public_keys import PublicKeys
from gatelet.aws.table import Table
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.jwk import public_jwk
from gatelet.oauth.key_generation import generate
from tests.unit.in_memory import DynamoDB
from tests.unit.tokens import KEYS, KIDS


class World:
    """The keys table and one container that reads it."""

    def __init__(self) -> None:
        self.time = 1_800_000_000
        self.database = DynamoDB()
        self._table = Table(self.database, "keys")  # type: ignore[arg-type]
        self.keys = PublicKeys(self._table, lambda: self.time)

    def publish(self, *jwks):
        self._table.put({"pk": "KEYS", "sk": "signing", "version": 1, "rotation": "r", "jwks": json.dumps(jwks)})

    def cost(self, kid):
        before = self.database.calls
        found = self.keys.key(kid)
        return found, self.database.calls - before


@pytest.fixture
def world():
    made = World()
    made.publish(*(public_jwk(key.material, alg) for alg, key in KEYS.items()))
    return made


def another():
    key = generate("ES256", 0)
    return key.kid, public_jwk(key.material, "ES256")


def test_a_published_key_is_found_by_its_kid(world):
    for alg, kid in KIDS.items():
        found = world.keys.key(kid)
        assert (found.kid, found.alg) == (kid, alg)


def test_keys_are_remembered_for_300_s(world):
    world.keys.key(KIDS["ES256"])
    for age, cost in ((1, 0), (299, 0), (300, 1)):
        world.time = 1_800_000_000 + age
        assert world.cost(KIDS["ES256"])[1] == cost


@pytest.mark.attack("ATK-023")
def test_a_flood_of_unknown_kids_costs_one_read_each_30_s(world):
    """And finds none of them."""
    world.keys.key(KIDS["ES256"])
    world.database.start_request()
    for i in range(1000):
        assert world.keys.key(f"unknown-{i}") is None
    assert world.database.calls == 1
    world.time += 30
    for i in range(1000):
        assert world.keys.key(f"unknown-{i}") is None
    assert world.database.calls == 2


def test_a_new_key_is_found_without_waiting_for_300_s(world):
    """A verifier meets it as an unknown kid."""
    world.keys.key(KIDS["ES256"])
    kid, jwk = another()
    world.publish(jwk)
    assert world.keys.key(kid).kid == kid


def test_a_key_that_was_revoked_is_gone_at_once(world):
    """The feed says so, and the keys are read again."""
    assert world.keys.key(KIDS["ES256"])
    kid, jwk = another()
    world.publish(jwk)
    world.keys.expire()
    assert world.keys.key(KIDS["ES256"]) is None
    assert world.keys.key(kid).kid == kid


def test_a_key_that_is_still_published_stays_the_same_object(world):
    """What it has verified may be remembered; of another key under its name nothing may."""
    kid = KIDS["ES256"]
    before = world.keys.key(kid)
    world.time += 300
    assert world.keys.key(kid) is before
    _, other = another()
    world.publish({**other, "kid": kid})
    world.time += 300
    assert world.keys.key(kid) is not before


@pytest.mark.attack("ATK-343")
def test_an_outage_leaves_the_keys_that_were_read(world):
    world.keys.key(KIDS["ES256"])
    world.database.reachable = False
    for _ in range(10):
        world.time += 200
        assert world.keys.key(KIDS["ES256"])
        assert len(world.keys.jwks()) == 3


@pytest.mark.attack("ATK-343")
def test_a_reload_that_failed_is_tried_again_after_30_s(world):
    """Not at each request, which would have to wait for it, and not after 300 s alone."""
    world.keys.key(KIDS["ES256"])
    world.database.reachable = False
    world.time += 300
    assert world.cost(KIDS["ES256"])[1] == 1
    world.time += 29
    assert world.cost(KIDS["ES256"])[1] == 0
    world.database.reachable = True
    world.time += 1
    assert world.cost(KIDS["ES256"])[1] == 1
    world.time += 299
    assert world.cost(KIDS["ES256"])[1] == 0


def test_a_table_that_was_emptied_leaves_the_keys_that_were_read(world):
    world.keys.key(KIDS["ES256"])
    world.database.items.clear()
    world.time += 300
    assert world.keys.key(KIDS["ES256"])
    with pytest.raises(TemporarilyUnavailable):
        world.keys.key("unknown")


def test_an_outage_is_no_verdict_on_a_key_that_may_be_new(world):
    world.keys.key(KIDS["ES256"])
    world.database.reachable = False
    world.time += 200
    with pytest.raises(TemporarilyUnavailable):
        world.keys.key("unknown")


def test_without_keys_nothing_is_decided(world):
    world.database.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.keys.key(KIDS["ES256"])
    world.database.reachable = True
    assert world.keys.key(KIDS["ES256"])


def test_a_key_of_an_algorithm_that_only_a_newer_release_knows_hides_no_other(world):
    """Two releases run side by side while one replaces the other."""
    newer = {"kty": "AKP", "alg": "ML-DSA-65", "kid": "newer", "pub": "AA", "use": "sig"}
    world.publish(newer, *(public_jwk(key.material, alg) for alg, key in KEYS.items()))
    assert world.keys.key(KIDS["ES256"]).kid == KIDS["ES256"]
    assert world.keys.key("newer") is None
