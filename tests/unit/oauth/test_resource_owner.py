"""A user, of whom no more is said than must be. OpenID Connect Core §5.1"""

from __future__ import annotations

from gatelet.oauth.resource_owner import ResourceOwner


def test_a_user_is_enabled_and_has_no_role_and_no_claim_unless_given():
    alice = ResourceOwner(sub="u_1", username="alice")
    assert (alice.enabled, alice.roles, dict(alice.claims)) == (True, (), {})


def test_no_time_of_registration_is_made_up():
    assert ResourceOwner(sub="u_1", username="alice").created_at == 0
