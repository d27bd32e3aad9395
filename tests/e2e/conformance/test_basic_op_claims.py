"""Basic OP: userinfo, and the claims that scopes and the `claims` parameter ask for. OpenID Connect Core §5"""

from __future__ import annotations

import json

import pytest
import requests

from tests.e2e.conformance.conditions import metadata, userinfo
from tests.e2e.conformance.end_user import CLAIMS
from tests.e2e.conformance.provider import PATIENCE


def test_oidcc_userinfo_get(relying_party, signed_in):
    """Userinfo answers GET with the token in the header"""
    rp = relying_party()
    result = rp.authenticate(signed_in)
    claims = userinfo.is_successful(rp.userinfo(result.tokens["access_token"]))
    userinfo.is_about_the_user_of(claims, result.id_token)


def test_oidcc_userinfo_post_header(relying_party, signed_in):
    """Userinfo answers POST with the token in the header"""
    rp = relying_party()
    result = rp.authenticate(signed_in)
    headers = {"authorization": f"Bearer {result.tokens['access_token']}"}
    answer = requests.post(rp.provider.metadata["userinfo_endpoint"], headers=headers, timeout=PATIENCE)
    userinfo.is_about_the_user_of(userinfo.is_successful(answer), result.id_token)


def test_oidcc_userinfo_post_body(relying_party, signed_in):
    """Userinfo answers POST with the token in the body, which is optional"""
    rp = relying_party()
    result = rp.authenticate(signed_in)
    form = {"access_token": result.tokens["access_token"]}
    answer = requests.post(rp.provider.metadata["userinfo_endpoint"], data=form, timeout=PATIENCE)
    userinfo.is_about_the_user_of(userinfo.is_successful(answer), result.id_token)


@pytest.fixture
def gives_the_claims_of(relying_party, signed_in):
    """Ask for scopes and read what userinfo says."""

    def check(scope):
        rp = relying_party(scope=scope)
        metadata.lists(rp.provider.metadata, "scopes_supported", *scope.split())
        result = rp.authenticate(signed_in)
        claims = userinfo.is_successful(rp.userinfo(result.tokens["access_token"]))
        userinfo.is_about_the_user_of(claims, result.id_token)
        userinfo.has_exactly_the_claims_of(claims, scope)
        assert claims.items() <= {**CLAIMS, "sub": signed_in.sub}.items()

    return check


def test_oidcc_scope_profile(gives_the_claims_of):
    """Userinfo gives every claim of the scope `profile`"""
    gives_the_claims_of("openid profile")


def test_oidcc_scope_email(gives_the_claims_of):
    """Userinfo gives every claim of the scope `email`"""
    gives_the_claims_of("openid email")


def test_oidcc_scope_address(gives_the_claims_of):
    """Userinfo gives the claim of the scope `address`, an object"""
    gives_the_claims_of("openid address")


def test_oidcc_scope_phone(gives_the_claims_of):
    """Userinfo gives every claim of the scope `phone`"""
    gives_the_claims_of("openid phone")


def test_oidcc_scope_all(gives_the_claims_of):
    """Userinfo gives the claims of all scopes together"""
    gives_the_claims_of("openid address email phone profile")


def test_oidcc_claims_essential(relying_party, signed_in):
    """A claim asked for as essential is in userinfo, and in the ID token only if asked for there"""
    rp = relying_party()
    result = rp.authenticate(signed_in, claims=json.dumps({"userinfo": {"name": {"essential": True}}}))
    claims = userinfo.is_successful(rp.userinfo(result.tokens["access_token"]))
    userinfo.is_about_the_user_of(claims, result.id_token)
    assert claims["name"] == CLAIMS["name"]
    assert "name" not in result.id_token.claims
