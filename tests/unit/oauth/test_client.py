"""A client, of which no more is said than must be. RFC 7591 §2"""

from __future__ import annotations

import pytest

from gatelet.oauth.client import AUTHENTICATION_METHODS, Client, ClientSecret


def registered(method: str = "client_secret_basic") -> Client:
    return Client(
        client_id="c_app",
        client_name="App",
        token_endpoint_auth_method=method,
        grant_types=("authorization_code",),
        scope=("openid",),
    )


def test_a_client_needs_pkce_and_the_consent_of_users_unless_it_is_said_otherwise():
    """RFC 9700 §2.1.1, OpenID Connect Dynamic Client Registration §2"""
    client = registered()
    assert (client.enabled, client.require_pkce, client.first_party) == (True, True, False)
    assert (client.refresh_token_cookie, client.refresh_grace) == (False, 30)
    assert client.id_token_signed_response_alg == "RS256"


@pytest.mark.parametrize("member", ["client_uri", "logo_uri", "policy_uri", "tos_uri"])
def test_a_client_has_no_page_that_it_did_not_name(member):
    """RFC 7591 §2"""
    assert getattr(registered(), member) == ""


@pytest.mark.parametrize("member", ["redirect_uris", "post_logout_redirect_uris", "allowed_origins", "secrets"])
def test_a_client_has_no_uri_origin_or_secret_that_it_was_not_given(member):
    """RFC 6749 §3.1.2.2"""
    assert getattr(registered(), member) == ()


def test_no_time_of_registration_is_made_up():
    assert registered().created_at == 0


@pytest.mark.parametrize(
    ("method", "is_public"), [("client_secret_basic", False), ("client_secret_post", False), ("none", True)]
)
def test_a_client_is_public_that_authenticates_by_no_method(method, is_public):
    """RFC 6749 §2.1, RFC 7591 §2"""
    assert registered(method).is_public is is_public
    assert method in AUTHENTICATION_METHODS


def test_a_secret_has_no_end_unless_it_is_given_one():
    assert ClientSecret(sha256="", created_at=0).expires_at is None
