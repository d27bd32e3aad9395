"""A signing set is used for 60 s, and then read again before anything is signed."""

from __future__ import annotations

import pytest

from tests.integration.tokens import header_of

READ = "GetSecretValue signing_secret"
ROTATE = {"action": "rotate", "secret": "signing", "emergency": True}


@pytest.fixture
def issue(deployment, service, secret):
    def issue() -> str:
        answer = deployment.token(service, secret, grant_type="client_credentials")
        assert answer.status == 200
        return str(header_of(answer.json["access_token"])["kid"])

    return issue


@pytest.fixture
def old_kid(deployment, issue, wire, clock):
    """Return the key id before a rotation that a warm container has not seen, 20 s after it read its set."""
    kid = issue()
    clock.advance(20)
    assert deployment.rotate_keys(ROTATE)["rotated"]
    wire.clear()
    return kid


def test_until_60_s_nothing_is_read(issue, old_kid, wire, clock):
    for _ in range(39):
        clock.advance(1)
        assert issue() == old_kid

    assert READ not in wire.names


@pytest.mark.attack("ATK-403")
@pytest.mark.parametrize("seconds", [40, 3600], ids=["busy", "frozen for an hour"])
def test_after_60_s_no_request_uses_a_set_that_was_not_read_anew(issue, old_kid, wire, clock, seconds):
    """An emergency counts on it: what was compromised signs for 60 s at most."""
    clock.advance(seconds)

    assert issue() != old_kid
    assert wire.names.count(READ) == 1
