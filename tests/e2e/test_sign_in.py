"""People: a certified kind of client signs a user in with nothing but the issuer's address. OpenID Connect Core §3.1"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import get_well_known_url
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.e2e.person import Browser, parameters

if TYPE_CHECKING:
    from collections.abc import Callable

CALLBACK = "http://127.0.0.1:51234/callback"
"""Of a native application, at whatever port it found free: RFC 8252 §7.3"""
BYE = "http://127.0.0.1:51234/bye"
NONCE = "n-0S6_WzA2Mj"
SCOPE = "openid profile email offline_access whoami:read"


@pytest.fixture(scope="module")
def metadata(stack) -> dict[str, Any]:
    """Discover the provider. OpenID Connect Discovery §4"""
    url = get_well_known_url(stack.issuer, external=True, suffix="openid-configuration")
    return dict(requests.get(url, timeout=60).json())


@pytest.fixture(scope="module")
def web(registration):
    """Register a client with a redirect URI that differs in its port."""
    return registration.client(
        grant_types=("authorization_code", "refresh_token"),
        scope=tuple(SCOPE.split()),
        first_party=False,
        redirect_uris=("http://127.0.0.1/callback",),
        post_logout_redirect_uris=(BYE,),
    )


@pytest.fixture
def browser(stack) -> Browser:
    return Browser(stack.issuer)


@pytest.fixture
def relying_party(web) -> OAuth2Session:
    """Make Authlib's client, as it comes, with PKCE."""
    return OAuth2Session(
        web.client_id, web.client_secret, scope=SCOPE, redirect_uri=CALLBACK, code_challenge_method="S256"
    )


@pytest.fixture
def sign_in(relying_party, metadata, browser, user) -> Callable[..., dict[str, Any]]:
    """Sign the user in and return the tokens."""

    def sign_in(**extra: str) -> dict[str, Any]:
        verifier = secrets.token_urlsafe(48)
        url, state = relying_party.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=NONCE, **extra
        )
        arrived = browser.sign_in(url, user)
        assert parameters(arrived)["iss"] == metadata["issuer"], "RFC 9207 §2.4"
        token = relying_party.fetch_token(
            metadata["token_endpoint"], authorization_response=arrived, state=state, code_verifier=verifier
        )
        return dict(token)

    return sign_in


@pytest.fixture
def introspect(metadata, web) -> Callable[[str], dict[str, Any]]:
    """Ask about a token. RFC 7662 §2.1"""

    def introspect(token: str) -> dict[str, Any]:
        answer = requests.post(metadata["introspection_endpoint"], data={"token": token}, auth=tuple(web), timeout=60)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return introspect


def verified(id_token: str, metadata: dict[str, Any], **params: str) -> CodeIDToken:
    """Verify an ID token with the published keys. OpenID Connect Core §3.1.3.7"""
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=60).json())
    token = jwt.decode(id_token, keys, algorithms=["RS256"])
    claims = CodeIDToken(
        token.claims,
        token.header,
        {"iss": {"essential": True, "value": metadata["issuer"]}},
        {"nonce": NONCE, **params},
    )
    claims.validate()
    return claims


def test_authlib_goes_all_the_way(relying_party, metadata, sign_in, introspect, browser, web, user):
    """Discovery, sign-in, ID token, userinfo, refresh, introspection, revocation, logout."""
    tokens = sign_in()
    claims = verified(tokens["id_token"], metadata, client_id=web.client_id, access_token=tokens["access_token"])
    assert (claims["aud"], claims["sub"], claims["amr"]) == (web.client_id, "u_alice", ["pwd"])

    info = relying_party.get(metadata["userinfo_endpoint"]).json()
    assert info["sub"] == claims["sub"]
    assert (info["name"], info["email"], info["email_verified"]) == ("Alice Example", user.email, True)

    refreshed = relying_party.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
    assert refreshed["refresh_token"] != tokens["refresh_token"]
    again = jwt.decode(refreshed["id_token"], KeySet.import_key_set(relying_party.get(metadata["jwks_uri"]).json()))
    assert (again.claims["sub"], again.claims["auth_time"]) == (claims["sub"], claims["auth_time"]), "OIDC Core §12.2"

    assert introspect(refreshed["refresh_token"])["active"]
    revoked = relying_party.revoke_token(metadata["revocation_endpoint"], token=refreshed["refresh_token"])
    assert revoked.status_code == 200
    assert introspect(refreshed["refresh_token"]) == {"active": False}
    assert relying_party.get(metadata["userinfo_endpoint"]).status_code == 401, "at once"

    url = f"{metadata['end_session_endpoint']}?id_token_hint={refreshed['id_token']}"
    gone = browser.open(f"{url}&post_logout_redirect_uri={BYE}&state=xyz")
    assert (gone.status_code, gone.headers["location"]) == (303, f"{BYE}?state=xyz")


def test_session_signs_in_again_without_a_password(relying_party, metadata, sign_in, browser):
    """Single sign-on, with consent remembered: nothing is asked, so prompt=none is answered. OIDC Core §3.1.2.1"""
    sign_in()
    assert sign_in(prompt="none")["id_token"]
    url = f"{metadata['end_session_endpoint']}"
    browser.submit(browser.open(url), action="logout")
    request, _ = relying_party.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=secrets.token_urlsafe(48), prompt="none"
    )
    assert parameters(browser.open(request).headers["location"])["error"] == "login_required"


@pytest.mark.parametrize(
    ("scope", "status"), [("openid profile", 401), ("openid profile offline_access", 200)], ids=["online", "offline"]
)
def test_logout_ends_what_was_granted_in_the_session(metadata, sign_in, relying_party, browser, scope, status):
    """At once, as the server itself sees it; only offline_access goes on without the user. OIDC Core §11"""
    tokens = sign_in(scope=scope)
    assert relying_party.get(metadata["userinfo_endpoint"]).status_code == 200
    url = f"{metadata['end_session_endpoint']}?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={BYE}"
    assert browser.open(url).headers["location"] == BYE
    assert relying_party.get(metadata["userinfo_endpoint"]).status_code == status


def test_refusal_of_consent_is_told_to_the_client(relying_party, metadata, browser, registration):
    """RFC 6749 §4.1.2.1"""
    nobody = registration.person("reader")
    url, state = relying_party.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=secrets.token_urlsafe(48)
    )
    arrived = parameters(browser.sign_in(url, nobody, consent="deny"))
    assert (arrived["error"], arrived["state"], arrived["iss"]) == ("access_denied", state, metadata["issuer"])


def test_wrong_password_shows_the_form_again(relying_party, metadata, browser, registration):
    person = registration.person("reader")
    url, _ = relying_party.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=secrets.token_urlsafe(48)
    )
    page = browser.submit(browser.open(url), username=person.username, password="wrong")
    assert page.status_code == 401
    arrived = browser.submit(page, username=person.username, password=person.password)
    assert 'value="allow"' in arrived.text
