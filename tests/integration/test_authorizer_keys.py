"""Where the authorizer has its keys from, and how it notices new ones. RFC 7517 §5, RFC 8725 §3.10"""

from __future__ import annotations

import pytest

from gatelet.handlers.authorizer import CannotDecide
from tests.integration.tokens import OurKey, compact, ecdsa, foreign_key, header_of

ROTATE = {"action": "rotate", "secret": "signing"}


@pytest.fixture
def fresh(deployment, service, secret):
    """Return a new access token."""
    return lambda container=None: deployment.token(
        service, secret, grant_type="client_credentials", container=container
    ).json["access_token"]


def test_keys_are_read_once_in_300_s(deployment, fresh, wire, clock):
    deployment.authorize(fresh())
    for seconds, reads in ((299, 0), (1, 1), (299, 0), (1, 1)):
        wire.clear()
        clock.advance(seconds)
        deployment.authorize(fresh())
        assert wire.names.count("GetItem keys") == reads


@pytest.mark.attack("ATK-023")
@pytest.mark.advisory("CVE-2026-48524", "GHSA-2gx3-rcp4-g85q")
def test_unknown_key_ids_cause_one_read_in_30_s(deployment, fresh, wire, clock):
    """Or anybody could make us read for each of their requests."""
    ours = OurKey(deployment)
    deployment.authorize(fresh())
    clock.advance(30)
    wire.clear()
    for number in range(1000):
        clock.advance(0.029)
        assert not deployment.authorize(ours.token({"kid": f"unknown-{number}"}))

    assert wire.names.count("GetItem keys") == 1


def test_a_key_that_was_made_a_moment_ago_is_found(deployment, fresh, clock):
    """An unknown kid causes a read, so that an emergency needs no waiting."""
    deployment.authorize(fresh())
    clock.advance(30)
    deployment.rotate_keys({**ROTATE, "emergency": True})
    deployment._containers.pop("/oauth2/token")

    token = fresh()

    assert header_of(token)["kid"] not in deployment.api().public_keys._keys
    assert deployment.authorize(token)


def test_a_rotation_goes_unnoticed_by_everyone(deployment, fresh, clock, wire):
    """The next key was published all the time, the last one still is."""
    before = fresh()
    assert deployment.authorize(before)
    clock.advance(100)
    assert deployment.authorize(before)
    assert deployment.rotate_keys(ROTATE)["rotated"]
    wire.clear()
    after = fresh()

    assert header_of(after)["kid"] != header_of(before)["kid"]
    assert deployment.authorize(after)
    assert deployment.authorize(before)
    assert "GetItem keys" not in wire.names


@pytest.mark.attack("ATK-339")
def test_tokens_of_the_retired_key_are_good_until_they_expire(deployment, fresh, clock):
    """However often the keys are rotated meanwhile."""
    old = fresh()
    for _ in range(8):
        clock.advance(100)
        assert deployment.rotate_keys(ROTATE)["rotated"]
        assert deployment.authorize(old, container=f"authorizer-{clock()}")
    clock.advance(99)
    assert deployment.authorize(old)

    clock.advance(1)

    assert not deployment.authorize(old)


def test_a_kid_event_makes_the_keys_be_read_again(deployment, fresh, clock, wire):
    """Old and new key are both known at once."""
    old = fresh()
    deployment.authorize(old)
    clock.advance(100)
    deployment.rotate_keys({**ROTATE, "emergency": True})
    clock.advance(60)
    deployment.rotate_keys({"action": "revoke_compromised", "secret": "signing"})
    wire.clear()

    assert not deployment.authorize(old)
    assert deployment.authorize(fresh())
    assert wire.names.count("GetItem keys") == 1


@pytest.mark.attack("ATK-338")
def test_a_token_by_the_next_key_verifies_before_its_time(deployment):
    """It is published and ours: who signs with it is another matter."""
    ring = deployment.secret_document("signing_secret")["rings"]["ES256"]
    assert deployment.api().public_keys.key(ring["next"]["kid"]) is not None


def test_a_key_of_somebody_else_under_our_kid_verifies_nothing(deployment):
    ours = OurKey(deployment)

    assert not deployment.authorize(compact(ours.header, ours.claims, ecdsa(foreign_key())))


def test_a_published_key_of_the_wrong_kind_is_no_decision(deployment, fresh):
    """The table is not what rotate_keys writes: nothing in it can be trusted."""
    item = deployment.items("keys")[0]
    for item in deployment.items("keys"):
        if item["sk"]["S"] == "signing":
            item["jwks"] = {"S": item["jwks"]["S"].replace('"ES256"', '"RS256"')}
            deployment.dynamodb.put_item(TableName="keys", Item=item)

    with pytest.raises(CannotDecide):
        deployment.authorize(fresh())


@pytest.mark.attack("ATK-405")
def test_the_authorizer_never_asks_secrets_manager(deployment, fresh, wire, clock):
    """It has no secret, so no outage of theirs can stop it."""
    token = fresh()
    wire.clear()
    for _ in range(5):
        deployment.authorize(token)
        clock.advance(100)

    assert {call.target for call in wire.calls} == {"keys", "feed"}
    assert {call.operation for call in wire.calls} == {"GetItem", "Query"}
    assert all(call.parameters["ConsistentRead"] for call in wire.calls)
