"""Keys are replaced while tokens are issued and verified, and nobody notices. OpenID Connect Core §10.1.1"""

from __future__ import annotations

import time
import uuid

import pytest

from tests.e2e.concurrency import eventually
from tests.e2e.traffic import Traffic

SIGNERS_RELOAD = 60
"""Seconds for which a function signs with the keys that it has read."""


@pytest.fixture
def traffic(authlib, service, server, route, stack):
    def issue() -> str:
        token = authlib(service).fetch_token(server.token_endpoint, grant_type="client_credentials")
        return str(token["access_token"])

    traffic = Traffic(issue, server, route, stack.demonstration.resource.audience)
    yield traffic
    traffic.stop()


@pytest.fixture
def rotate(rotate_keys):
    """Rotate, as soon as the next key has been published for long enough."""

    def rotate(secret: str):
        while not (answer := rotate_keys(action="rotate", secret=secret))["rotated"]:
            assert answer["reason"] == "next_key_too_young"
            time.sleep(answer["retry_after"])
        return answer

    return rotate


def test_rotation_under_traffic_fails_no_request_and_changes_the_signing_key(traffic, rotate, rotate_keys):
    """The next key was published for a whole period, so every verifier knows it before it signs.

    A function that runs signs with the key it has read for up to a minute; one that starts takes the new one.
    """
    before = rotate_keys(action="status")["signing"]["kids"]["ES256"]["current"]["kid"]
    traffic.grow(1)
    eventually(lambda: traffic.has_seen(before), within=30)
    successor = rotate("signing")["kids"]["ES256"]["current"]
    traffic.grow(3)
    eventually(lambda: traffic.has_seen(successor), within=SIGNERS_RELOAD + 5)
    traffic.stop()
    assert traffic.faults == []
    assert traffic.kids == {before, successor}


def test_steps_of_secrets_manager_rotate_too_and_may_be_repeated(rotate_keys, rotate, stack):
    """The schedule takes four steps, each at least once. The emulator takes none, so the test does."""
    answer = rotate("signing")
    time.sleep(rotate_keys(action="status")["next_key_age"] + 1)
    event = {"SecretId": stack.outputs["GateletSigningSecret"], "ClientRequestToken": str(uuid.uuid4())}
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        rotate_keys(Step=step, **event)
        rotate_keys(Step=step, **event)
    after = rotate_keys(action="status")["signing"]
    assert after["version"] == answer["version"] + 1
    assert after["kids"]["ES256"]["current"]["kid"] == answer["kids"]["ES256"]["next"]


def test_published_keys_are_the_public_halves_alone(server):
    """RFC 7518 §6"""
    keys = server.request("GET", "/.well-known/jwks.json").json()["keys"]
    assert {key["alg"] for key in keys} >= {"ES256", "RS256"}
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & {member for key in keys for member in key}
