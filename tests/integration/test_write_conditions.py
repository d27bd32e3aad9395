"""The conditions of the writes of a grant, whatever whoever asks for them has looked at. RFC 6749 §4.1.3, §6"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.accounts.session import SessionEnded
from gatelet.aws.attributes import unmarshal_item
from gatelet.aws.grants import grant_from_item
from gatelet.oauth.grant import RedemptionRefused, RotationRefused
from tests.integration.visitor import CALLBACK, VERIFIER, challenge


@pytest.fixture
def grants(deployment):
    """Return the grants as the function sees them that redeems and rotates."""
    store = deployment.server("token")
    store.connection.start_request()
    return store.grants


def test_a_code_is_redeemed_by_its_own_client_alone(deployment, grants, visitor, web):
    visitor.code(web)
    before = deployment.grant()
    rightful = {"redirect_uri": CALLBACK, "code_challenge": challenge(VERIFIER), "attempt": "a"}
    now = int(deployment.clock())

    with pytest.raises(RedemptionRefused):
        grants.redeem(before["gid"]["S"], client_id="c_legacy", now=now, **rightful)

    assert deployment.grant() == before
    assert grants.redeem(before["gid"]["S"], client_id="c_web", now=now, **rightful).status == "active"


def test_a_refresh_token_is_rotated_by_its_own_client_alone(deployment, grants, tokens):
    assert tokens
    before = deployment.grant()
    now = int(deployment.clock())

    with pytest.raises(RotationRefused):
        grants.rotate(before["gid"]["S"], client_id="c_web", generation=0, attempt="a", now=now)

    assert deployment.grant() == before
    assert grants.rotate(before["gid"]["S"], client_id="c_legacy", generation=0, attempt="a", now=now).generation == 1


@pytest.mark.parametrize("later", ["idle_expires_at", "expires_at"])
def test_no_grant_joins_a_session_that_is_over(deployment, signed_in_visitor, web, later):
    """Whoever read it while it lived may come too late. OpenID Connect RP-Initiated Logout 1.0 §2"""
    signed_in_visitor.code(web)
    server, grant = deployment.server("authorize"), grant_from_item(unmarshal_item(deployment.grant()))
    server.connection.start_request()
    session = server.sessions.get("u_alice", grant.session_id)
    another = replace(grant, gid="another")

    with pytest.raises(SessionEnded):
        server.sessions.join(session, another, getattr(session, later))

    assert "another" not in server.sessions.get("u_alice", grant.session_id).grants
    server.sessions.join(session, another, int(deployment.clock()))
    assert "another" in server.sessions.get("u_alice", grant.session_id).grants


def test_no_grant_joins_a_session_that_has_ended(deployment, signed_in_visitor, web):
    """It is there as long as it lists grants that go on without it."""
    signed_in_visitor.code(web)
    server, grant = deployment.server("authorize"), grant_from_item(unmarshal_item(deployment.grant()))
    server.connection.start_request()
    session = server.sessions.get("u_alice", grant.session_id)
    server.sessions.end("u_alice", grant.session_id)

    with pytest.raises(SessionEnded):
        server.sessions.join(session, replace(grant, gid="another"), int(deployment.clock()))
