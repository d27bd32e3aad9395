"""ID tokens. OpenID Connect Core §2, §3.1.3.6, §12.2"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import jwt
import pytest

from tests.integration.registered import SECRET
from tests.integration.tokens import claims_of, encode, header_of
from tests.integration.visitor import Visitor, redeem

CLAIMS = {"email": "alice@example.com", "email_verified": True, "name": "Alice", "phone_number": "+1"}


@pytest.fixture(scope="session")
def signing_algorithms():
    return ("ES256", "RS256")


@pytest.fixture
def tokens_of(deployment, visitor):
    """Return what a client gets for a sign-in."""
    return lambda client, **asked: redeem(deployment, client, visitor.code(client, **asked)).json


@pytest.mark.attack("ATK-108")
@pytest.mark.clause("OIDC-2-1", "OIDC-2-2", "OIDC-2-3", "OIDC-2-4", "OIDC-2-5", "OIDC-2-7", "OIDC-15.1-5")
@pytest.mark.clause("OIDC-16.15-1")
def test_an_id_token_says_who_signed_in_when_and_how(deployment, visitor, own_web, clock):
    """OpenID Connect Core §2"""
    visitor.sign_in(visitor.open("/account"))
    signed_in_at = clock()
    clock.advance(100)
    tokens = redeem(deployment, own_web, visitor.code(own_web)).json
    claims = claims_of(tokens["id_token"])

    assert claims == {
        "iss": "https://auth.example",
        "sub": "u_alice",
        "aud": "c_own",
        "exp": clock() + 900,
        "iat": clock(),
        "auth_time": signed_in_at,
        "nonce": "n1",
        "acr": "1",
        "amr": ["pwd"],
        "sid": claims["sid"],
        "at_hash": encode(hashlib.sha256(tokens["access_token"].encode()).digest()[:16]),
    }
    assert claims_of(tokens["access_token"])["auth_time"] == signed_in_at


@pytest.mark.clause("OIDC-2-9", "OIDC-2-11", "OIDC-10.1-1", "OIDC-10.1-2", "OIDC-10.1-3", "OIDC-15.1-1")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_an_id_token_is_signed_as_its_client_registered(deployment, tokens_of, own_web, algorithm):
    """With a key that is published. OpenID Connect Core §3.1.3.7"""
    client = deployment.put_client(replace(own_web, id_token_signed_response_alg=algorithm))
    token = tokens_of(client)["id_token"]
    keys = jwt.PyJWKSet.from_dict(deployment.request("/.well-known/jwks.json", method="GET").json)

    header = header_of(token)
    assert (header["alg"], header["typ"]) == (algorithm, "JWT")
    options = {"verify_exp": False, "verify_iat": False}
    key = keys[header["kid"]]
    assert jwt.decode(token, key.key, algorithms=[algorithm], audience="c_own", options=options)["sub"] == "u_alice"  # type: ignore[arg-type]


@pytest.mark.clause("OIDC-3.1.3.2-5")
def test_without_openid_there_is_no_id_token(tokens_of, own_web):
    """OpenID Connect Core §3.1.2.1"""
    assert "id_token" not in tokens_of(own_web, scope="orders:read")


@pytest.mark.attack("ATK-108")
@pytest.mark.attack("ATK-182")
@pytest.mark.clause("OIDC-12.2-1", "OIDC-12.2-2", "OIDC-12.2-3", "OIDC-12.2-4")
def test_a_refreshed_id_token_has_no_nonce_and_the_auth_time_of_the_original(deployment, tokens_of, own_web, clock):
    """OpenID Connect Core §12.2"""
    first = tokens_of(own_web)
    before = claims_of(first["id_token"])
    clock.advance(1000)
    refreshed = deployment.refresh(own_web, SECRET, first["refresh_token"]).json
    after = claims_of(refreshed["id_token"])

    assert "nonce" not in after
    same = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after["iat"] == before["iat"] + 1000
    assert after["at_hash"] == encode(hashlib.sha256(refreshed["access_token"].encode()).digest()[:16])


def test_a_refresh_without_openid_gives_no_id_token(deployment, tokens_of, own_web):
    token = tokens_of(own_web)["refresh_token"]

    assert "id_token" not in deployment.refresh(own_web, SECRET, token, scope="orders:read").json


def test_two_grants_of_one_session_have_one_sid_and_another_session_has_another(deployment, tokens_of, own_web):
    """RP-Initiated Logout 1.0 §2"""
    sids = [claims_of(tokens_of(own_web)["id_token"])["sid"] for _ in range(2)]
    elsewhere = Visitor(deployment)
    other = claims_of(redeem(deployment, own_web, elsewhere.code(own_web)).json["id_token"])["sid"]

    assert sids[0] == sids[1] != other


def test_claims_of_scopes_are_told_by_userinfo_and_not_in_the_id_token(deployment, tokens_of, own_web, alice):
    """OpenID Connect Core §5.4"""
    deployment.put_user(replace(alice, claims=CLAIMS))

    claims = claims_of(tokens_of(own_web, scope="openid profile email")["id_token"])

    assert not set(CLAIMS) & set(claims)


@pytest.mark.clause("OIDC-5.5.1-1")
def test_claims_that_were_asked_for_by_name_are_in_the_id_token(deployment, tokens_of, own_web, alice):
    """And those alone that are known. OpenID Connect Core §5.5"""
    deployment.put_user(replace(alice, claims=CLAIMS))
    asked = {"id_token": {"email": {"essential": True}, "name": None, "birthdate": None, "password_hash": None}}

    claims = claims_of(tokens_of(own_web, claims=json.dumps(asked))["id_token"])

    assert (claims["email"], claims["name"]) == ("alice@example.com", "Alice")
    assert not {"birthdate", "password_hash", "phone_number", "email_verified"} & set(claims)


@pytest.mark.attack("ATK-108")
@pytest.mark.parametrize("name", ["sub", "iss", "aud", "exp", "acr", "amr", "auth_time", "nonce", "sid"])
def test_a_claim_that_was_asked_for_changes_none_of_ours(deployment, tokens_of, own_web, alice, name):
    deployment.put_user(replace(alice, claims={name: "evil"}))

    asked = None if name == "sub" else {"value": "evil"}
    claims = claims_of(tokens_of(own_web, claims=json.dumps({"id_token": {name: asked}}))["id_token"])

    assert claims[name] != "evil"


@pytest.mark.attack("ATK-026")
def test_an_id_token_opens_no_api(deployment, tokens_of, own_web):
    """RFC 9068 §4"""
    token = tokens_of(own_web)["id_token"]

    assert not deployment.authorize(token)
    headers = {"authorization": f"Bearer {token}"}
    assert deployment.request("/oauth2/userinfo", method="GET", headers=headers).status == 401


def test_the_password_grant_gives_an_id_token_too(deployment, own_web, password):
    """To a client of our own that asks for openid."""
    client = deployment.put_client(replace(own_web, grant_types=("password", "refresh_token")))

    answer = deployment.token(
        client, SECRET, grant_type="password", username="alice", password=password, scope="openid"
    )

    claims = claims_of(answer.json["id_token"])
    assert (claims["sub"], claims["aud"], claims["amr"]) == ("u_alice", "c_own", ["pwd"])
    assert "nonce" not in claims
