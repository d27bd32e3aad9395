"""Which API a token is for, how long it lives and who signs it. RFC 8707 §2, RFC 9068 §3"""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from gatelet.oauth.resource_server import ResourceServer

STOCK = "https://stock.example"
ORDERS = "https://orders.example"


@pytest.fixture
def signing_algorithms():
    return ("ES256", "RS256")


@pytest.fixture
def ask(deployment, service, secret):
    """Ask for a token as a client of both APIs."""
    deployment.put_client(replace(service, scope=("orders:read", "orders:write", "stock:read")))
    return lambda **form: deployment.token(service, secret, grant_type="client_credentials", **form)


def header_and_claims(answer):
    token = answer.json["access_token"]
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


@pytest.mark.clause("RFC9068-3-1")
def test_scopes_of_two_apis_have_no_one_audience(ask):
    """RFC 8707 §2"""
    assert ask(scope="orders:read stock:read").error == (400, "invalid_target")
    assert ask().error == (400, "invalid_target")


@pytest.mark.clause("RFC9068-2.2.3-1")
def test_resource_names_the_api(ask):
    """RFC 8707 §2.2: those of the scopes that are its own."""
    answer = ask(resource=ORDERS)

    assert answer.json["scope"] == "orders:read orders:write"
    assert header_and_claims(answer)[1]["aud"] == ORDERS


@pytest.mark.clause("RFC9068-3-2")
def test_aud_is_one_string_and_the_owner_of_the_scopes(ask):
    """RFC 9068 §3"""
    assert header_and_claims(ask(scope="stock:read"))[1]["aud"] == STOCK


@pytest.mark.parametrize(
    "resource", ["https://unknown.example", "https://orders.example/", "orders", "HTTPS://ORDERS.EXAMPLE"]
)
def test_an_api_that_is_not_registered_is_no_target(ask, resource):
    """RFC 8707 §2"""
    assert ask(resource=resource).error == (400, "invalid_target")


@pytest.mark.clause("RFC9068-2.2.3-1")
def test_resource_does_not_widen_scope(ask):
    """RFC 8707 §2.2"""
    assert ask(resource=STOCK, scope="orders:read").error == (400, "invalid_scope")


@pytest.mark.clause("RFC9068-2.1-3")
def test_an_api_chooses_who_signs_and_how_long_its_tokens_live(ask):
    """The native authorizer of API Gateway takes RSA alone."""
    header, claims = header_and_claims(ask(resource=STOCK))
    assert (header["alg"], claims["exp"] - claims["iat"]) == ("RS256", 300)

    header, claims = header_and_claims(ask(resource=ORDERS))
    assert (header["alg"], claims["exp"] - claims["iat"]) == ("ES256", 900)


def test_the_answer_says_the_lifetime_of_this_api(ask):
    """RFC 6749 §5.1"""
    assert ask(resource=STOCK).json["expires_in"] == 300
    assert ask(resource=ORDERS).json["expires_in"] == 900


@pytest.mark.clause("RFC9068-2.1-1")
@pytest.mark.parametrize("resource", [STOCK, ORDERS])
def test_a_stock_library_verifies_the_token_with_the_published_keys(deployment, ask, clock, resource):
    """RFC 7517 §5"""
    token = ask(resource=resource).json["access_token"]
    keys = jwt.PyJWKSet.from_dict(deployment.request("/.well-known/jwks.json", method="GET").json)
    header = jwt.get_unverified_header(token)

    claims = jwt.decode(
        token,
        keys[header["kid"]].key,
        algorithms=[header["alg"]],
        audience=resource,
        issuer="https://auth.example",
        options={"verify_exp": False, "verify_iat": False},
    )

    assert claims["iat"] == int(clock())


@pytest.mark.clause("RFC9068-4-4", "RFC9068-5-1", "RFC9700-2.3-1")
def test_the_protected_api_refuses_a_token_for_another_api(deployment, ask):
    """RFC 9068 §4"""
    deployment.change_settings(routes='{"GET /stock":{"scope":"stock:read"}}')
    token = ask(resource=STOCK).json["access_token"]

    assert not deployment.authorize(token, "GET /stock")
    deployment.change_settings(audience=STOCK)
    assert deployment.authorize(token, "GET /stock")


def test_an_algorithm_that_the_stack_has_no_key_for_is_an_outage_of_ours(deployment, ask):
    """Never a token that is signed by something else."""
    scopes = {"stock:read": "See stock"}
    deployment.put_resource_server(ResourceServer(identifier=STOCK, name="Stock", scopes=scopes, signing_alg="EdDSA"))

    assert ask(resource=STOCK).error == (503, "temporarily_unavailable")


def test_a_token_that_would_be_too_long_is_not_issued(deployment, service, secret):
    """API Gateway takes 10 KB of headers in all."""
    scopes = {f"{'long' * 25}:{number}": "x" for number in range(60)}
    deployment.put_resource_server(ResourceServer(identifier="https://long.example", name="Long", scopes=scopes))
    deployment.put_client(replace(service, scope=tuple(scopes)))

    answer = deployment.token(service, secret, grant_type="client_credentials")

    assert answer.error == (400, "invalid_scope")
