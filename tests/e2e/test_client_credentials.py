"""Machines: client_credentials with unmodified client libraries. RFC 6749 §4.4"""

from __future__ import annotations

import base64
import json

import jwt
import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session as RequestsOAuth2Session

from tests.e2e.server import error_of


def test_authlib_gets_a_token_and_the_api_answers(authlib, service, server, route):
    """The product's main job, with a client that knows nothing of Gatelet."""
    session = authlib(service, scope="whoami:read")
    token = session.fetch_token(server.token_endpoint, grant_type="client_credentials")
    assert token["token_type"] == "Bearer"
    answer = session.get(route.url)
    assert answer.status_code == 200
    assert answer.json()["client_id"] == service.client_id
    assert answer.json()["scope"] == "whoami:read"


def test_authlib_may_send_its_secret_in_the_body(authlib, service, server):
    """Both methods are announced, and both work. RFC 6749 §2.3.1"""
    announced = server.metadata["token_endpoint_auth_methods_supported"]
    assert {"client_secret_basic", "client_secret_post"} <= set(announced)
    session = authlib(service, token_endpoint_auth_method="client_secret_post")
    assert session.fetch_token(server.token_endpoint, grant_type="client_credentials")["access_token"]


def test_requests_oauthlib_gets_a_token_and_the_api_answers(service, server, route):
    """A second library, which shares nothing with the first."""
    session = RequestsOAuth2Session(client=BackendApplicationClient(client_id=service.client_id))
    session.fetch_token(server.token_endpoint, client_id=service.client_id, client_secret=service.client_secret)
    assert session.get(route.url).json()["sub"] == service.client_id


def test_access_token_verifies_against_the_published_keys(service, server, stack):
    """Any verifier can check it with nothing but the metadata. RFC 9068 §2, §4"""
    access_token = server.client_credentials(service)
    key = jwt.PyJWKClient(server.jwks_uri).get_signing_key_from_jwt(access_token)
    claims = jwt.decode(
        access_token,
        key,
        algorithms=["ES256"],
        audience=stack.demonstration.resource.audience,
        issuer=stack.issuer,
        options={"require": ["iss", "sub", "aud", "exp", "iat", "jti"]},
    )
    assert claims["sub"] == claims["client_id"] == service.client_id
    assert jwt.get_unverified_header(access_token)["typ"] == "at+jwt"


def test_api_refuses_a_request_without_a_token(route):
    """The gateway answers before any function is called."""
    assert requests.get(route.url, timeout=60).status_code == 401


def test_api_refuses_a_token_that_lacks_the_scope(server, registration, route):
    """A good token of the same API, for something else. RFC 6750 §3.1"""
    client = registration.client(grant_types=("client_credentials",), scope=("whoami:other",))
    answer = server.token(client, grant_type="client_credentials").json()
    assert answer["scope"] == "whoami:other"
    assert route.call(answer["access_token"]) == 403


def test_api_refuses_a_token_that_was_changed(server, service, route):
    """The signature covers every claim. RFC 9068 §4"""
    header, payload, signature = server.client_credentials(service).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "u_other"}).encode()).rstrip(b"=").decode()
    assert route.call(f"{header}.{payload}.{signature}") == 200
    assert route.call(f"{header}.{changed}.{signature}") == 403


def test_wrong_secret_is_invalid_client(server, service):
    """401 with a challenge, since Basic was used. RFC 6749 §5.2"""
    form = {"grant_type": "client_credentials"}
    answer = server.request("POST", "/oauth2/token", data=form, auth=(service.client_id, "wrong"))
    assert (answer.status_code, error_of(answer)) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")
