"""Which claims of a user a scope opens. OpenID Connect Core §5.1, §5.4"""

from __future__ import annotations

import pytest

from gatelet.oauth.openid import CLAIMS, OFFLINE_ACCESS, OPENID, SCOPES, claims_for

PROFILE = (
    "name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate "
    "zoneinfo locale updated_at"
)
CLAIMS_OF = {
    "profile": set(PROFILE.split()),
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}
ALICE = {claim: f"her {claim}" for claims in CLAIMS_OF.values() for claim in claims}


@pytest.mark.parametrize("scope", CLAIMS_OF)
def test_a_scope_opens_the_claims_of_the_specification_and_no_other(scope):
    """OpenID Connect Core §5.4"""
    assert claims_for([scope], (), ALICE) == {claim: ALICE[claim] for claim in CLAIMS_OF[scope]}


def test_a_claim_that_is_asked_for_by_name_comes_beside_those_of_the_scopes():
    """OpenID Connect Core §5.5"""
    told = claims_for(["openid", "email", "orders:read"], ["nickname"], ALICE)
    assert set(told) == {"email", "email_verified", "nickname"}


def test_what_is_not_known_of_a_user_is_left_out():
    """Neither null nor empty. OpenID Connect Core §5.3.2"""
    assert claims_for(["email"], ["name"], {"email": "a@app.example"}) == {"email": "a@app.example"}


def test_nothing_else_that_is_stored_of_a_user_is_ever_told():
    known = {**ALICE, "sub": "u_other", "role": "admin"}
    assert claims_for(SCOPES, ["sub", "role", "iss"], known) == ALICE


def test_the_scopes_are_those_of_the_specification():
    """OpenID Connect Core §3.1.2.1, §5.4, §11"""
    assert set(SCOPES) == {"openid", "profile", "email", "address", "phone", "offline_access"}
    assert (OPENID, OFFLINE_ACCESS) == ("openid", "offline_access")
    assert set(CLAIMS) == set(ALICE)
