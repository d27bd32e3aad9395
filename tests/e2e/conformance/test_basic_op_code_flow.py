"""Basic OP: the code flow, the ID token and the ways to authenticate a client. OpenID Connect Core §3.1"""

from __future__ import annotations

import base64
import hashlib
import secrets

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.client_metadata import InvalidClientMetadata, require_client_metadata
from tests.e2e.conformance.conditions import authorization_response, id_token, metadata, userinfo
from tests.e2e.conformance.relying_party import REDIRECT_URI
from tests.e2e.conformance.results import REFUSED, RESULT


@pytest.mark.clause("OIDC-2-1", "OIDC-3.1.3.3-2")
def test_oidcc_server(relying_party, end_user):
    """The whole code flow: `state` and `iss`, token answer, every claim of the ID token, `at_hash`, userinfo"""
    rp = relying_party()
    metadata.lists(rp.provider.metadata, "token_endpoint_auth_methods_supported", "client_secret_basic")
    result = rp.authenticate(end_user)
    assert result.visit.login is not None, "the browser has never been here"


def test_oidcc_server_client_secret_post(relying_party, signed_in):
    """The whole code flow of a client that sends its secret in the body"""
    rp = relying_party(token_endpoint_auth_method="client_secret_post")
    metadata.lists(rp.provider.metadata, "token_endpoint_auth_methods_supported", "client_secret_post")
    rp.authenticate(signed_in)


def test_oidcc_response_type_missing(relying_party, signed_in):
    """A request without `response_type` is answered `invalid_request` or `unsupported_response_type`"""
    refused = relying_party().authorize(signed_in, response_type=None)
    authorization_response.is_an_error(refused.response, refused.asked, "invalid_request", "unsupported_response_type")


@pytest.mark.clause("OIDC-15.1-1")
def test_oidcc_idtoken_signature(relying_party, signed_in):
    """A client that names no algorithm gets RS256, under a `kid` that is among the published keys"""
    token = relying_party().authenticate(signed_in).id_token
    id_token.names_its_key(token)
    id_token.is_signed_with_rs256(token)


def test_oidcc_idtoken_unsigned(provider, record_property):
    """An unsigned ID token is not offered, and no client can be registered for one"""
    record_property(RESULT, REFUSED)
    assert "none" not in provider.metadata["id_token_signing_alg_values_supported"]
    client = Client(
        client_id="c_unsigned",
        client_name="Test",
        token_endpoint_auth_method="client_secret_basic",
        grant_types=("authorization_code",),
        scope=("openid",),
        redirect_uris=(REDIRECT_URI,),
        id_token_signed_response_alg="none",
    )
    with pytest.raises(InvalidClientMetadata, match="id_token_signed_response_alg"):
        require_client_metadata(client)


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(relying_party, signed_in):
    """The code flow needs no `nonce`, and the ID token then has none"""
    relying_party().authenticate(signed_in, nonce=None)


def test_oidcc_alternate_happy_flow(relying_party, signed_in):
    """Neither the order of scopes nor that of the parameters matters"""
    rp = relying_party()
    asked = dict(sorted(rp.request(scope="email openid").items(), reverse=True))
    visit = signed_in.visit(signed_in.browser.open(rp.address(asked)))
    result = rp.complete(rp.answered(asked, visit))
    claims = userinfo.is_successful(rp.userinfo(result.tokens["access_token"]))
    userinfo.is_about_the_user_of(claims, result.id_token)
    userinfo.has_exactly_the_claims_of(claims, "openid email")


def test_oidcc_ensure_request_with_valid_pkce_succeeds(relying_party, signed_in):
    """A request with PKCE (S256) succeeds when the verifier answers it"""
    rp = relying_party()
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = rp.authorize(signed_in, code_challenge=challenge, code_challenge_method="S256")
    rp.complete(asked, code_verifier=verifier)
