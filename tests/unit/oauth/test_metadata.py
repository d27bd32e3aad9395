from __future__ import annotations

import pytest

from gatelet.handlers import ENDPOINTS
from gatelet.handlers.metadata import ANNOUNCED
from gatelet.oauth.metadata import server_metadata

ISSUER = "https://auth.example"
ENDPOINT_PATHS = {"token_endpoint": "/oauth2/token", "revocation_endpoint": "/oauth2/revoke", "jwks_uri": "/jwks"}


@pytest.mark.attack("ATK-344")
@pytest.mark.clause("RFC8414-3.3-1")
@pytest.mark.parametrize("issuer", [ISSUER, "https://abc.execute-api.eu-west-1.amazonaws.com", "http://127.0.0.1:8080"])
def test_the_issuer_is_said_as_it_is_and_every_endpoint_lies_under_it(issuer):
    """RFC 8414 §2"""
    document = server_metadata(issuer, ENDPOINT_PATHS, ["client_credentials"], ["ES256"])
    assert document["issuer"] == issuer
    assert {name: document[name] for name in ENDPOINT_PATHS} == {
        name: issuer + path for name, path in ENDPOINT_PATHS.items()
    }


@pytest.mark.attack("ATK-344")
def test_nothing_is_announced_that_is_not_switched_on():
    """RFC 8414 §2"""
    document = server_metadata(ISSUER, {"token_endpoint": "/oauth2/token"}, ["client_credentials"], ["ES256"])
    assert {name for name in document if "endpoint" in name} == {
        "token_endpoint",
        "token_endpoint_auth_methods_supported",
    }
    assert document["grant_types_supported"] == ["client_credentials"]
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert (document["request_parameter_supported"], document["request_uri_parameter_supported"]) == (False, False)


def test_an_endpoint_that_authenticates_clients_says_how():
    """RFC 8414 §2"""
    paths = {**ENDPOINT_PATHS, "introspection_endpoint": "/oauth2/introspect"}
    document = server_metadata(ISSUER, paths, [], [])
    assert document["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert document["revocation_endpoint_auth_methods_supported"] == document["token_endpoint_auth_methods_supported"]


@pytest.mark.attack("ATK-344")
def test_every_announced_member_is_one_that_a_client_knows():
    """RFC 8414 §2"""
    assert ANNOUNCED.items() <= {endpoint.name: endpoint.path for endpoint in ENDPOINTS}.items()
    assert {name for name in ANNOUNCED if not name.endswith(("_endpoint", "_uri"))} == set()
    assert set(ANNOUNCED) == {
        "authorization_endpoint",
        "end_session_endpoint",
        "introspection_endpoint",
        "jwks_uri",
        "revocation_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
    }


@pytest.mark.attack("ATK-344")
def test_a_client_reads_in_the_document_what_it_may_send_and_will_get():
    """RFC 8414 §2, RFC 9207 §3, OpenID Connect Discovery §3"""
    expected = {
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": True,
        "acr_values_supported": ["1"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
    }
    document = server_metadata(ISSUER, ENDPOINT_PATHS, ["authorization_code"], ["ES256"])
    assert {name: document.get(name) for name in expected} == expected
    assert set(document["prompt_values_supported"]) == {"none", "login", "consent", "select_account"}


def test_every_claim_that_may_be_told_is_announced_once():
    """OpenID Connect Discovery §3; OpenID Connect Core §2, §5.1; RP-Initiated Logout has sid"""
    announced = server_metadata(ISSUER, ENDPOINT_PATHS, [], [])["claims_supported"]
    of_the_id_token = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"}
    of_the_user = {
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
        "email",
        "email_verified",
        "address",
        "phone_number",
        "phone_number_verified",
    }
    assert len(announced) == len(set(announced))
    assert set(announced) == of_the_id_token | of_the_user
