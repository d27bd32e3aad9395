"""RP-Initiated Logout OP: never redirect unless hint and URI are both good. OpenID Connect RP-Initiated Logout 1.0"""

from __future__ import annotations

import secrets
import time
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.e2e.conformance.conditions import authorization_response, metadata, page
from tests.e2e.conformance.id_tokens import forged
from tests.e2e.conformance.relying_party import POST_LOGOUT_REDIRECT_URI
from tests.e2e.person import arrival

ASK, DONE, BAD_REDIRECT_URI = "Sign out?", "You are signed out", "This application is set up wrongly"


class SignedIn:
    """A user who signed in, and whom the client now sends to the end session endpoint. §2"""

    def __init__(self, rp, end_user) -> None:
        self.rp = rp
        self._end_user = end_user
        self.id_token = rp.authenticate(end_user).id_token
        self.state = secrets.token_urlsafe(96)

    def sent_to_logout(self, **changed):
        """Send the browser there; None leaves a parameter out."""
        usual = {
            "id_token_hint": self.id_token.value,
            "post_logout_redirect_uri": POST_LOGOUT_REDIRECT_URI,
            "state": self.state,
        }
        asked = {name: value for name, value in {**usual, **changed}.items() if value is not None}
        return self._end_user.browser.open(f"{self.rp.provider.metadata['end_session_endpoint']}?{urlencode(asked)}")

    def confirm(self, asking):
        """Say yes to the page that asks."""
        page.is_shown(asking, status=200, heading=ASK)
        page.is_shown(self._end_user.browser.submit(asking, action="logout"), status=200, heading=DONE)

    def is_signed_out(self):
        """Require that nobody is signed in any more, as the suite finds out with `prompt=none`."""
        refused = self.rp.authorize(self._end_user, prompt="none")
        authorization_response.is_an_error(refused.response, refused.asked, *authorization_response.INTERACTION)

    def is_signed_in(self):
        """Require that the session goes on."""
        authorization_response.is_no_error(self.rp.authorize(self._end_user, prompt="none").response)


@pytest.fixture
def user(relying_party, end_user):
    """Sign a user in."""
    return SignedIn(relying_party(), end_user)


def returned(answer):
    """Return the parameters with which the browser comes back to the client."""
    uri, _, query = arrival(answer).partition("?")
    assert uri == POST_LOGOUT_REDIRECT_URI
    return dict(parse_qsl(query, strict_parsing=bool(query)))


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(provider):
    """The discovery document names the end session endpoint"""
    metadata.has_every_endpoint_at_the_issuer(provider.metadata)
    assert provider.metadata["end_session_endpoint"]


def test_oidcc_rp_initiated_logout(user):
    """With hint, URI and state the browser comes back with that state alone, and nobody is signed in any more"""
    assert returned(user.sent_to_logout()) == {"state": user.state}
    user.is_signed_out()


@pytest.mark.attack("ATK-275")
def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(user):
    """A post-logout redirect URI that is not registered gives an error page and no redirect"""
    bad = POST_LOGOUT_REDIRECT_URI.replace("post_logout", "bad_post_logout")
    answer = user.sent_to_logout(post_logout_redirect_uri=bad)
    page.is_shown(answer, status=400, heading=BAD_REDIRECT_URI)
    user.is_signed_in()


@pytest.mark.attack("ATK-291")
def test_oidcc_rp_initiated_logout_modified_id_token_hint(user):
    """A hint that was changed to `alg: none` is none: the person is asked, and nobody is redirected"""
    user.confirm(user.sent_to_logout(id_token_hint=user.id_token.unsigned()))
    user.is_signed_out()


def test_oidcc_rp_initiated_logout_no_id_token_hint(user):
    """Without a hint the person is asked, and nobody is redirected"""
    asking = user.sent_to_logout(id_token_hint=None)
    user.is_signed_in()
    user.confirm(asking)
    user.is_signed_out()


@pytest.mark.attack("ATK-290")
def test_oidcc_rp_initiated_logout_no_params(user):
    """Without any parameter the person is asked, then signed out, and stays"""
    user.confirm(user.sent_to_logout(id_token_hint=None, post_logout_redirect_uri=None, state=None))
    user.is_signed_out()


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(user):
    """Without a URI to go back to the person is signed out, and stays"""
    answer = user.sent_to_logout(post_logout_redirect_uri=None)
    page.is_shown(answer, status=200, heading=DONE)
    user.is_signed_out()


def test_oidcc_rp_initiated_logout_no_state(user):
    """Without a state the browser comes back without any parameter"""
    assert returned(user.sent_to_logout(state=None)) == {}
    user.is_signed_out()


def test_oidcc_rp_initiated_logout_only_state(user):
    """With a state alone the person is asked, then signed out, and stays"""
    user.confirm(user.sent_to_logout(id_token_hint=None, post_logout_redirect_uri=None))
    user.is_signed_out()


@pytest.mark.attack("ATK-275")
def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(user):
    """A registered URI with a query added gives an error page and no redirect"""
    answer = user.sent_to_logout(post_logout_redirect_uri=f"{POST_LOGOUT_REDIRECT_URI}?foo=bar")
    page.is_shown(answer, status=400, heading=BAD_REDIRECT_URI)
    user.is_signed_in()


@pytest.mark.attack("ATK-291")
def test_oidcc_rp_initiated_logout_bad_id_token_hint(user):
    """A hint that somebody else signed is none: the person is asked, and nobody is redirected"""
    now = int(time.time())
    claims = {**user.id_token.claims, "iat": now, "exp": now + 300, "nonce": "flibble"}
    turned_round = {**claims, "iss": user.rp.client_id, "sub": "SubjectID", "aud": user.rp.provider.issuer}
    for forgery in (forged(turned_round), forged(claims)):
        asking = user.sent_to_logout(id_token_hint=forgery)
        page.is_shown(asking, status=200, heading=ASK)
    user.is_signed_in()
    user.confirm(asking)
