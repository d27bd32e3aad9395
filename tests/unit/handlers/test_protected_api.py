"""What the authorizer of one API takes from its settings, and what it remembers from one call to the next."""

from __future__ import annotations

import json

import pytest

from gatelet.aws.feed import FeedWriter
from gatelet.aws.settings import Settings
from gatelet.aws.table import Table
from gatelet.handlers.observation import Observation
from gatelet.handlers.protected_api import ProtectedApi
from gatelet.oauth.errors import InsufficientScope, InvalidToken, TemporarilyUnavailable
from gatelet.oauth.jwk import public_jwk
from gatelet.oauth.revocation_list import RevocationEvent
from tests.unit.in_memory import DynamoDB
from tests.unit.tokens import AUDIENCE, ISSUER, KEYS, KIDS, NOW, claims, signed

ROUTES = {
    "GET /orders": {"scope": "orders:read"},
    "PUT /orders": {"scope": "orders:write", "sensitive": True},
    "DELETE /orders": {"scope": "orders:admin"},
}
SETTINGS = Settings(
    issuer=ISSUER, audience=AUDIENCE, keys_table="their-keys", feed_table="their-feed", routes=json.dumps(ROUTES)
)
BEARER = f"Bearer {signed()}"


class World:
    """Both tables, and one container that reads them, on one clock."""

    def __init__(self) -> None:
        self.time = NOW + 0.5
        self.database = DynamoDB()
        self.connected: list[dict[str, float]] = []
        self.publish(*KEYS)

    def publish(self, *algs):
        """Publish those of our keys."""
        jwks = json.dumps([public_jwk(KEYS[alg].material, alg) for alg in algs])
        self._table("their-keys").put({"pk": "KEYS", "sk": "signing", "version": 1, "rotation": "r", "jwks": jwks})
        self.database.start_request()

    def announce(self, kind, name):
        """Revoke something."""
        FeedWriter(self._table("their-feed"), lambda: int(self.time * 1000)).announce(RevocationEvent(kind, name))
        self.database.start_request()

    def api(self, **changes):
        """Start a container with these settings changed."""

        def connect(**given):
            self.connected.append(given)
            return self.database

        return ProtectedApi(SETTINGS._replace(**changes), clock=lambda: self.time, connect=connect)

    def _table(self, name):
        return Table(self.database, name)  # type: ignore[arg-type]


@pytest.fixture
def world():
    return World()


def test_a_good_token_opens_the_routes_of_its_scope(world):
    """RFC 6750 §2.1"""
    api = world.api()
    assert api.authorize(BEARER, "GET /orders").claims.sub == "u_alice"
    for route in ("DELETE /orders", "PATCH /orders"):
        with pytest.raises(InsufficientScope):
            api.authorize(BEARER, route)
    with pytest.raises(InvalidToken):
        api.authorize(None, "GET /orders")


@pytest.mark.parametrize("changes", [{"iss": "https://else.example"}, {"aud": "https://other.example"}])
def test_issuer_and_audience_are_those_of_the_settings(world, changes):
    """RFC 9068 §4"""
    header = f"Bearer {signed(claims(**changes))}"
    with pytest.raises(InvalidToken):
        world.api().authorize(header, "GET /orders")
    settings = {"issuer": changes.get("iss", ISSUER), "audience": changes.get("aud", AUDIENCE)}
    assert world.api(**settings).authorize(header, "GET /orders")


def test_a_token_is_good_until_the_second_in_which_it_expires(world):
    """RFC 7519 §4.1.4"""
    api = world.api()
    world.time = NOW + 899.9
    assert api.authorize(BEARER, "GET /orders")
    world.time = NOW + 900.0
    with pytest.raises(InvalidToken):
        api.authorize(BEARER, "GET /orders")


@pytest.mark.parametrize("kind", ["token", "grant", "subject", "client", "kid"])
def test_what_the_feed_says_is_revoked(world, kind):
    """5 s later, and at once on a sensitive route."""
    api = world.api()
    assert api.authorize(BEARER, "GET /orders")
    names = {"token": "jti-1", "grant": "grant-1", "subject": "u_alice", "client": "c_app", "kid": KIDS["ES256"]}
    world.announce(kind, names[kind])

    assert api.authorize(BEARER, "GET /orders")
    with pytest.raises(InvalidToken):
        api.authorize(BEARER, "PUT /orders")
    world.time += 5
    with pytest.raises(InvalidToken):
        api.authorize(BEARER, "GET /orders")


def test_a_revoked_key_makes_the_keys_be_read_again(world):
    """Its successor is published already. RFC 7517 §5"""
    world.publish("ES256")
    api = world.api()
    api.authorize(BEARER, "GET /orders")
    world.publish("RS256")
    world.announce("kid", KIDS["ES256"])
    world.time += 5

    with pytest.raises(InvalidToken):
        api.authorize(BEARER, "GET /orders")
    assert api.authorize(f"Bearer {signed(alg='RS256')}", "GET /orders")


@pytest.mark.parametrize("age", [60, 300])
def test_keys_are_remembered_as_long_as_the_settings_say(world, age):
    api = world.api(keys_age=age)
    for _ in range(2):
        api.public_keys.jwks()
        for seconds, calls in ((age - 1, 0), (1, 1)):
            world.time += seconds
            world.database.start_request()
            api.public_keys.jwks()
            assert world.database.calls == calls


def test_a_feed_that_cannot_be_read_is_an_alarm_of_its_request(world, capsys):
    api = world.api()
    api.authorize(BEARER, "GET /orders")
    world.database.reachable = False
    world.time += 5

    observation = Observation("authorizer")
    assert api.authorize(BEARER, "GET /orders")
    observation.conclude(status=200)

    assert json.loads(capsys.readouterr().out)["FeedUnread"] == 1


def test_a_container_that_has_never_read_cannot_decide(world):
    world.database.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.api().authorize(BEARER, "GET /orders")


def test_prepared_it_decides_without_a_call(world):
    """And in a deadline of its own, however long the container took to start."""
    api = world.api()
    world.database.calls = world.database.most_calls
    api.prepare()
    world.database.start_request()

    assert api.authorize(BEARER, "GET /orders")
    assert world.database.calls == 0


def test_a_call_of_2_s_gives_500_ms_to_connect_and_300_ms_to_read(world):
    """So that one that failed leaves time for another."""
    world.api(deadline=2.0)
    (given,) = world.connected
    assert given["deadline"] == 2.0
    assert given["deadline"] * given["connect_share"] == pytest.approx(0.5)
    assert given["deadline"] * given["read_share"] == pytest.approx(0.3)


def test_proxies_are_trusted_that_the_settings_name(world):
    """RFC 7239 §8.1"""
    assert world.api().trusted_proxies is None
    proxies = world.api(trusted_proxies=("10.0.0.0/24",)).trusted_proxies
    assert proxies.source_of("10.0.0.1", "198.51.100.7") == "198.51.100.7"
