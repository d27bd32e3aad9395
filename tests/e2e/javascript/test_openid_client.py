"""openid-client, certified by the OpenID Foundation: nothing but the issuer's address, and every check switched on."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest

from tests.e2e.javascript.node import Refused, node
from tests.e2e.person import Browser, arrival, parameters

CALLBACK = "http://127.0.0.1:51235/callback"
BYE = "http://127.0.0.1:51235/bye"
SCOPE = "openid profile email offline_access whoami:read"


@pytest.fixture(scope="module")
def client(registration):
    """Register a client that signs people in, and is a machine too."""
    return registration.client(
        grant_types=("authorization_code", "refresh_token", "client_credentials"),
        scope=tuple(SCOPE.split()),
        redirect_uris=(CALLBACK,),
        post_logout_redirect_uris=(BYE,),
    )


@pytest.fixture(scope="module")
def relying_party(node_modules, stack, client):
    """Start the client; it discovers the provider."""
    del node_modules
    with node("openid_client.js") as relying_party:
        relying_party("discover", issuer=stack.issuer, client_id=client.client_id, client_secret=client.client_secret)
        yield relying_party


@pytest.fixture
def browser(stack) -> Browser:
    return Browser(stack.issuer)


@pytest.fixture
def callback(relying_party, browser, user) -> str:
    """Sign the user in, up to the address that the browser comes back with."""
    url: str = relying_party("begin", redirect_uri=CALLBACK, scope=SCOPE)
    return str(browser.sign_in(url, user))


@pytest.fixture
def tokens(relying_party, callback):
    """Return what the client accepted, after it checked state, iss, nonce, signature and claims."""
    return relying_party("finish", callback=callback)


def changed(url: str, **values: str | None) -> str:
    """Return the address with parameters replaced, or removed where None."""
    remaining = {name: value for name, value in {**parameters(url), **values}.items() if value is not None}
    return urlsplit(url)._replace(query=urlencode(remaining)).geturl()


def test_openid_client_goes_all_the_way(relying_party, client, tokens, user, route, browser):
    """Discovery, sign-in, userinfo, refresh, introspection, revocation, logout."""
    claims = tokens["claims"]
    assert (claims["aud"], claims["sub"], claims["amr"]) == (client.client_id, "u_alice", ["pwd"])
    assert relying_party("userinfo", access_token=tokens["access_token"], sub="u_alice")["email"] == user.email

    refreshed = relying_party("refresh", refresh_token=tokens["refresh_token"])
    assert refreshed["refresh_token"] != tokens["refresh_token"]
    assert (refreshed["claims"]["sub"], refreshed["claims"]["auth_time"]) == (claims["sub"], claims["auth_time"])
    assert route.call(refreshed["access_token"]) == 200

    known = relying_party("introspect", token=refreshed["refresh_token"])
    assert (known["active"], known["sub"], known["client_id"]) == (True, "u_alice", client.client_id)
    relying_party("revoke", token=refreshed["refresh_token"])
    assert relying_party("introspect", token=refreshed["refresh_token"]) == {"active": False}
    with pytest.raises(Refused) as refused:
        relying_party("refresh", refresh_token=refreshed["refresh_token"])
    assert refused.value.error == "invalid_grant"

    wish = {"id_token_hint": refreshed["id_token"], "post_logout_redirect_uri": BYE, "state": "xyz"}
    assert arrival(browser.open(relying_party("logout", **wish))) == f"{BYE}?state=xyz"
    again = relying_party("begin", redirect_uri=CALLBACK, scope=SCOPE)
    assert 'name="password"' in browser.open(again).text, "the session is over"


def test_userinfo_is_of_the_same_user(relying_party, tokens):
    """The client compares `sub` with the ID token's. OpenID Connect Core §5.3.2"""
    with pytest.raises(Refused, match="unexpected"):
        relying_party("userinfo", access_token=tokens["access_token"], sub="u_mallory")


def test_machine_gets_a_token_for_itself(relying_party, route):
    """RFC 6749 §4.4.3: no refresh token, and no ID token without a user."""
    tokens = relying_party("machine", scope="whoami:read")
    assert (tokens["token_type"], tokens["scope"]) == ("bearer", "whoami:read")
    assert not tokens.keys() & {"refresh_token", "id_token"}
    assert route.call(tokens["access_token"]) == 200


@pytest.mark.parametrize(
    ("iss", "why"),
    [("http://127.0.0.1:1", "unexpected"), (None, 'response parameter "iss" (issuer) missing')],
    ids=["another", "none"],
)
def test_answer_of_another_issuer_is_refused(relying_party, callback, iss, why):
    """The metadata says that `iss` is in every answer, so one without it is no answer of ours. RFC 9207 §2.4"""
    with pytest.raises(Refused, match="iss") as refused:
        relying_party("finish", callback=changed(callback, iss=iss))
    assert why in f"{refused.value.message} {refused.value.cause}"
    assert relying_party("finish", callback=callback)["claims"]["sub"] == "u_alice", "the code was not used up"


def test_answer_to_another_browser_is_refused(relying_party, callback):
    """RFC 6749 §10.12"""
    with pytest.raises(Refused, match="state"):
        relying_party("finish", callback=changed(callback, state="of-somebody-else"))


def test_error_reaches_the_client_in_the_servers_words(relying_party, browser):
    """RFC 6749 §4.1.2.1; the client checks `state` and `iss` of an error too."""
    url = relying_party("begin", redirect_uri=CALLBACK, scope=SCOPE)
    with pytest.raises(Refused) as refused:
        relying_party("finish", callback=arrival(browser.open(f"{url}&prompt=none")))
    assert refused.value.error == "login_required"


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({"expect": {"expectedNonce": "another"}}, "nonce"),
        ({"tamper": True}, "signature"),
    ],
    ids=["nonce", "signature"],
)
def test_id_token_of_another_sign_in_is_refused(relying_party, callback, faults, why):
    """So what the client accepted elsewhere had the right nonce and signature. OpenID Connect Core §3.1.3.7"""
    with pytest.raises(Refused) as refused:
        relying_party("finish", callback=callback, **faults)
    assert why in f"{refused.value.message} {refused.value.cause}"


def test_verifier_of_another_sign_in_gets_no_tokens(relying_party, callback):
    """RFC 7636 §4.6"""
    with pytest.raises(Refused) as refused:
        relying_party("finish", callback=callback, expect={"pkceCodeVerifier": "v" * 43})
    assert refused.value.error == "invalid_grant"
