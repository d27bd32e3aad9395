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
