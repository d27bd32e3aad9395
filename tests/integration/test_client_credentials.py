"""The client credentials grant, over the wire. RFC 6749 §4.4"""

from __future__ import annotations

import jwt


def test_a_confidential_client_gets_a_token_for_the_api_that_owns_its_scopes(deployment, service, secret, clock):
    """RFC 6749 §4.4.3, RFC 9068 §2.2"""
    answer = deployment.token(service, secret, grant_type="client_credentials", scope="orders:read")

    assert answer.status == 200
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 900
    assert answer.json["scope"] == "orders:read"
    assert "refresh_token" not in answer.json
    token = answer.json["access_token"]
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["iss"] == "https://auth.example"
    assert claims["aud"] == "https://orders.example"
    assert claims["sub"] == claims["client_id"] == "c_service"
    assert claims["exp"] - claims["iat"] == 900
    assert claims["iat"] == int(clock())


def test_the_protected_api_takes_the_token(deployment, service, secret):
    """RFC 9068 §4"""
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]

    assert deployment.authorize(token, "GET /orders")


def test_password_refresh_and_revocation(deployment, sign_in, legacy, secret, clock):
    tokens = sign_in()
    assert deployment.authorize(tokens["access_token"])
    second = deployment.token(legacy, secret, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert second.status == 200, second.body
    again = deployment.token(legacy, secret, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.json["refresh_token"] == second.json["refresh_token"]
    gone = deployment.revoke(legacy, secret, token=second.json["refresh_token"])
    assert gone.status == 200, gone.body
    clock.advance(5)
    assert not deployment.authorize(tokens["access_token"])
    after = deployment.token(legacy, secret, grant_type="refresh_token", refresh_token=second.json["refresh_token"])
    assert after.json["error"] == "invalid_grant"
    meta = deployment.request("/.well-known/openid-configuration", method="GET")
    assert meta.json["issuer"] == "https://auth.example", meta.body
    assert len(deployment.request("/.well-known/jwks.json", method="GET").json["keys"]) == 4
