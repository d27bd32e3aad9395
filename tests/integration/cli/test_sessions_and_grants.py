"""`gatelet sessions` and `gatelet grants`."""

from __future__ import annotations

import pytest


def test_sessions_of_a_user_are_listed_with_their_grants(gatelet, bob):
    bob.tokens()
    bob.tokens()
    sessions = gatelet.json("sessions", "list", "--user", "bob")
    assert len(sessions) == 2
    assert sessions[0]["sub"] == bob.sub
    assert len(sessions[0]["grants"]) == 1
    assert sessions[0]["session_id"] in gatelet.run("sessions", "list", "--user", "bob")


def test_one_session_ends_and_the_other_goes_on(gatelet, deployment, bob):
    first = bob.tokens()
    (session,) = gatelet.json("sessions", "list", "--user", "bob")
    second = bob.tokens()
    gatelet.run("sessions", "end", "--user", "bob", "--yes", "--", session["session_id"])
    assert not deployment.authorize(first["access_token"])
    assert bob.refresh(first).json["error"] == "invalid_grant"
    assert deployment.authorize(second["access_token"])
    assert bob.refresh(second).status == 200


def test_every_session_ends(gatelet, bob):
    tokens = [bob.tokens(), bob.tokens()]
    assert "confirm with --yes" in gatelet.fails("sessions", "end", "--user", "bob", code=2)
    assert gatelet.json("sessions", "end", "--user", "bob", "--yes")["ended_sessions"] == 2
    assert [bob.refresh(each).status for each in tokens] == [400, 400]
    assert "is not signed in" in gatelet.run("sessions", "list", "--user", "bob")


@pytest.mark.usefixtures("bob")
def test_session_that_is_not_there_is_said_to_be_so(gatelet):
    assert "has no session nothing" in gatelet.fails("sessions", "end", "nothing", "--user", "bob", "--yes")


@pytest.mark.usefixtures("bob")
def test_session_id_may_begin_with_a_dash(gatelet):
    assert "has no session -abc" in gatelet.fails("sessions", "end", "-abc", "--user", "bob", "--yes")


def test_grants_are_found_by_user_session_and_client(gatelet, bob):
    bob.tokens()
    bob.tokens()
    sessions = gatelet.json("sessions", "list", "--user", "bob")
    by_user = gatelet.json("grants", "list", "--user", "bob")
    by_client = gatelet.json("grants", "list", "--client", bob.client.client_id)
    by_session = gatelet.json("grants", "list", "--user", "bob", "--session", sessions[0]["session_id"])
    assert len(by_user) == 2
    assert {grant["gid"] for grant in by_user} == {grant["gid"] for grant in by_client}
    assert [grant["gid"] for grant in by_session] == sessions[0]["grants"]
    assert gatelet.json("grants", "list", "--user", "bob", "--client", "c_other") == []
    assert by_user[0]["status"] == "active"
    assert by_user[0]["scope"] == "orders:read orders:write"


def test_grants_of_everybody_are_not_listed(gatelet):
    assert "--user" in gatelet.fails("grants", "list", code=2)


def test_expired_grant_is_called_so(gatelet, bob, deployment, clock):
    clock.time -= 91 * 86_400
    bob.tokens()
    gid = deployment.grant()["gid"]["S"]
    assert [grant["status"] for grant in gatelet.json("grants", "list", "--client", "c_legacy")] == ["expired"]
    assert gid in gatelet.run("grants", "list", "--client", "c_legacy")


def test_revoked_grant_ends_its_tokens(gatelet, deployment, bob):
    tokens = bob.tokens()
    (grant,) = gatelet.json("grants", "list", "--user", "bob")
    assert "confirm with --yes" in gatelet.fails("grants", "revoke", grant["gid"], code=2)
    gatelet.run("grants", "revoke", grant["gid"], "--yes")
    assert deployment.events() == [("grant", grant["gid"])]
    assert not deployment.authorize(tokens["access_token"])
    assert bob.refresh(tokens).json["error"] == "invalid_grant"
    assert gatelet.json("grants", "list", "--user", "bob")[0]["status"] == "revoked"
    gatelet.run("grants", "revoke", grant["gid"], "--yes")
    assert len(deployment.events()) == 1


def test_unknown_grant_is_said_to_be_so(gatelet):
    assert "There is no grant nothing" in gatelet.fails("grants", "revoke", "nothing", "--yes")
    assert "There is no grant -abc" in gatelet.fails("grants", "revoke", "-abc", "--yes")
