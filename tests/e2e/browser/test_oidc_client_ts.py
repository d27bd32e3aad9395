"""oidc-client-ts in Chromium: a public client at another origin, whose script holds its tokens. RFC 9700 §2.1.1"""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.e2e.browser.steps import press, type_password
from tests.e2e.javascript.node import HERE, install
from tests.e2e.javascript.static_site import static_site
from tests.e2e.person import parameters
from tests.e2e.server import error_of

SCOPE = "openid profile email"
LEAVE = "([settings, operation, options]) => { new oidc.UserManager(settings)[operation](options); }"
DO = """([settings, operation, argument]) =>
    new oidc.UserManager(settings)[operation](argument ?? undefined).then(
        (result) => ({ result: result ?? null }), (error) => ({ refused: error.error ?? error.message }))"""


@pytest.fixture(scope="module")
def origins():
    """Serve the client at two origins; only the first will be registered."""
    library = (install() / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js").read_bytes()
    page, silent = ((HERE / name).read_bytes() for name in ("oidc_client_ts.html", "silent.html"))
    with ExitStack() as open_until_end:
        sites = [open_until_end.enter_context(static_site()) for _ in range(2)]
        for site in sites:
            site.files = {"/index.html": page, "/silent.html": silent, "/oidc-client-ts.min.js": library}
        yield [site.origin for site in sites]


@pytest.fixture(scope="module")
def client_id(registration, origins) -> str:
    """Register a public client whose refresh token its script holds."""
    origin, _ = origins
    client = registration.client(
        token_endpoint_auth_method="none",
        grant_types=("authorization_code", "refresh_token"),
        scope=tuple(SCOPE.split()),
        first_party=False,
        redirect_uris=(f"{origin}/", f"{origin}/silent.html"),
        post_logout_redirect_uris=(f"{origin}/",),
        allowed_origins=(origin,),
    )
    return str(client.client_id)


class RelyingParty:
    """The library in one window; what it remembers between two pages is in the window's storage."""

    def __init__(self, page, origin, issuer, client_id) -> None:
        self.page = page
        self.home = f"{origin}/"
        self._settings = {
            "authority": issuer,
            "client_id": client_id,
            "redirect_uri": self.home,
            "silent_redirect_uri": f"{origin}/silent.html",
            "post_logout_redirect_uri": self.home,
            "scope": SCOPE,
            "loadUserInfo": True,
            "automaticSilentRenew": False,
        }
        page.goto(self.home)

    def leave(self, operation, **options) -> None:
        """Let the library go to the issuer, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.evaluate(LEAVE, [self._settings, operation, options])

    def do(self, operation, argument=None):
        """Return what the library's promise becomes."""
        answer = self.page.evaluate(DO, [self._settings, operation, argument])
        assert "refused" not in answer, answer
        return answer["result"]

    def refused(self, operation, argument=None):
        """Return why the library gives up."""
        answer = self.page.evaluate(DO, [self._settings, operation, argument])
        assert "result" not in answer, answer
        return answer["refused"]

    def begin(self, person) -> None:
        """Sign a person in, up to the return to the client."""
        self.leave("signinRedirect")
        type_password(self.page, person)
        press(self.page, "Allow")
        assert self.page.url.startswith(f"{self.home}?code=")

    def sign_in(self, person):
        """Sign a person in, and return what the library made of the answer."""
        self.begin(person)
        return self.do("signinRedirectCallback")


@pytest.fixture
def relying_party(page, origins, stack, client_id) -> RelyingParty:
    return RelyingParty(page, origins[0], stack.issuer, client_id)


def test_sign_in_yields_a_user_with_the_claims_of_userinfo(relying_party, person, client_id, stack):
    """Discovery, code, PKCE, ID token, userinfo: each of them read across origins. OpenID Connect Core §5.3"""
    user = relying_party.sign_in(person)
    assert (user["token_type"], user["scope"]) == ("Bearer", SCOPE)
    profile = user["profile"]
    assert (profile["sub"], profile["aud"], profile["iss"]) == (person.sub, client_id, stack.issuer)
    assert relying_party.do("getUser")["access_token"] == user["access_token"]


def test_renewal_by_refresh_token_rotates_it(relying_party, person):
    """RFC 9700 §2.2.2: a public client's refresh tokens rotate."""
    user = relying_party.sign_in(person)
    renewed = relying_party.do("signinSilent")
    assert renewed["profile"]["sub"] == person.sub
    assert renewed["access_token"] != user["access_token"]
    assert renewed["refresh_token"] != user["refresh_token"]


def test_renewal_in_a_frame_needs_no_refresh_token(relying_party, person, witness):
    """The session answers prompt=none: the same site, so its cookie comes along. OpenID Connect Core §3.1.2.1"""
    relying_party.sign_in(person)
    relying_party.do("removeUser")
    assert relying_party.do("signinSilent")["profile"]["sub"] == person.sub
    (request,) = [each for each in witness.requests if "prompt=none" in each.url]
    assert request.frame.parent_frame == relying_party.page.main_frame


def test_nobody_is_signed_in_silently(relying_party):
    """OpenID Connect Core §3.1.2.6"""
    assert relying_party.refused("signinSilent") == "login_required"


def test_revocation_ends_both_tokens(relying_party, person, server, client_id):
    """RFC 7009 §2, with CORS for the client's own origin."""
    user = relying_party.sign_in(person)
    relying_party.do("revokeTokens")
    headers = {"authorization": f"Bearer {user['access_token']}"}
    assert server.request("GET", "/oauth2/userinfo", headers=headers).status_code == 401
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": user["refresh_token"]}
    assert error_of(server.request("POST", "/oauth2/token", data=form)) == "invalid_grant"


def test_sign_out_comes_back_and_ends_the_session(relying_party, person):
    """With the library's own state. OpenID Connect RP-Initiated Logout §2, §3"""
    relying_party.sign_in(person)
    relying_party.leave("signoutRedirect", state="of the application")
    assert relying_party.page.url.startswith(f"{relying_party.home}?state=")
    assert relying_party.do("signoutRedirectCallback")["userState"] == "of the application"
    assert relying_party.do("getUser") is None
    assert relying_party.refused("signinSilent") == "login_required"


def test_person_who_says_no_is_told_to_the_client(relying_party, person):
    """RFC 6749 §4.1.2.1"""
    relying_party.leave("signinRedirect")
    type_password(relying_party.page, person)
    press(relying_party.page, "Do not allow")
    assert parameters(relying_party.page.url)["error"] == "access_denied"
    assert relying_party.refused("signinRedirectCallback") == "access_denied"


def test_origin_that_is_not_registered_gets_no_token(page, origins, stack, client_id, person, witness):
    """The address is good, for a loopback port may differ, but its script reads nothing. RFC 8252 §7.3, Fetch §3.2"""
    _, foreign = origins
    relying_party = RelyingParty(page, foreign, stack.issuer, client_id)
    relying_party.begin(person)
    assert relying_party.refused("signinRedirectCallback") == "Failed to fetch"
    assert any("blocked by CORS policy" in line for line in witness.complaints)
    witness.complaints.clear()
