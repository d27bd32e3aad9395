"""The client credentials grant, over the wire. RFC 6749 §4.4"""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest


@pytest.fixture
def ask(deployment, service, secret):
    """Ask for a token of the client's own."""
    return lambda **form: deployment.token(service, secret, grant_type="client_credentials", **form)


def claims_of(answer):
    return jwt.decode(answer.json["access_token"], options={"verify_signature": False})


@pytest.mark.clause("RFC9068-2.1-4", "RFC9068-2.2-1")
def test_a_client_gets_a_token_for_the_api_that_owns_its_scopes(ask, clock):
    """RFC 6749 §4.4.3, RFC 9068 §2.2"""
    answer = ask(scope="orders:read")

    assert answer.status == 200
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer.json["token_type"], answer.json["expires_in"], answer.json["scope"]) == (
        "Bearer",
        900,
        "orders:read",
    )
    assert jwt.get_unverified_header(answer.json["access_token"])["typ"] == "at+jwt"
    claims = claims_of(answer)
    assert len(claims.pop("jti")) >= 22
    assert claims == {
        "iss": "https://auth.example",
        "aud": "https://orders.example",
        "sub": "c_service",
        "client_id": "c_service",
        "scope": "orders:read",
        "iat": int(clock()),
        "exp": int(clock()) + 900,
    }


def test_every_token_has_an_id_of_its_own(ask):
    """RFC 9068 §2.2"""
    assert claims_of(ask())["jti"] != claims_of(ask())["jti"]


def test_the_protected_api_takes_the_token(deployment, ask):
    """RFC 9068 §4"""
    assert deployment.authorize(ask().json["access_token"], "GET /orders")


@pytest.mark.clause("RFC6749-3.3-2")
def test_without_scope_it_is_what_the_client_is_registered_for(ask):
    """RFC 6749 §3.3"""
    assert ask().json["scope"] == "orders:read orders:write"


@pytest.mark.attack("ATK-087")
@pytest.mark.clause("RFC6749-3.3-1")
@pytest.mark.advisory("CVE-2024-52287")
def test_only_what_the_client_is_registered_for_is_granted(ask):
    """RFC 6749 §3.3"""
    assert ask(scope="orders:admin orders:read stock:read nothing").json["scope"] == "orders:read"
    assert ask(scope="orders:admin").error == (400, "invalid_scope")
    assert ask(scope="nothing").error == (400, "invalid_scope")


@pytest.mark.clause("RFC6749-5.2-1")
def test_a_scope_that_no_api_has_registered_is_never_granted(deployment, service, ask):
    deployment.put_client(replace(service, scope=("orders:read", "forgotten")))

    assert ask().json["scope"] == "orders:read"
    assert ask(scope="forgotten").error == (400, "invalid_scope")


def test_a_scope_is_granted_once_however_often_it_is_asked_for(ask):
    assert ask(scope="orders:read orders:read").json["scope"] == "orders:read"


@pytest.mark.attack("ATK-092")
@pytest.mark.parametrize("scope", ["openid", "offline_access", "openid offline_access orders:read"])
def test_a_client_has_no_identity_and_no_offline_access(deployment, service, ask, scope):
    """OpenID Connect Core §3: there is no end-user."""
    deployment.put_client(replace(service, scope=(*service.scope, "openid", "offline_access")))

    answer = ask(scope=scope)

    assert not {"id_token", "refresh_token"} & set(answer.json)
    assert answer.json.get("scope", "orders:read") == "orders:read"


def test_a_client_that_may_refresh_elsewhere_gets_no_refresh_token_here(deployment, service, ask):
    """RFC 6749 §4.4.3"""
    deployment.put_client(replace(service, grant_types=("client_credentials", "password", "refresh_token")))

    assert "refresh_token" not in ask().json
    assert deployment.items("grants") == []


@pytest.mark.attack("ATK-091")
@pytest.mark.clause("RFC6749-4.4-1")
def test_a_public_client_has_no_credentials(deployment, browser):
    """RFC 6749 §4.4, even where it was registered for the grant by mistake."""
    deployment.put_client(replace(browser, grant_types=("client_credentials",)))

    assert deployment.token(browser, grant_type="client_credentials").error == (400, "unauthorized_client")


@pytest.mark.attack("ATK-086")
@pytest.mark.parametrize(
    "scope",
    ['orders:read"', "orders\\read", "orders:read\nx", "orders:réad", " ", "orders:read  x", " orders:read", "\t"],
)
def test_scope_is_a_list_of_tokens_with_one_space_between_them(ask, scope):
    """RFC 6749 §3.3"""
    assert ask(scope=scope).error == (400, "invalid_scope")


@pytest.mark.attack("ATK-085")
@pytest.mark.parametrize("count", [101, 10_000])
def test_a_flood_of_scopes_is_refused(ask, count):
    assert ask(scope=" ".join(f"s{number:x}" for number in range(count))).error == (400, "invalid_scope")
