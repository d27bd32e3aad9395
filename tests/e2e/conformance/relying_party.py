"""The client that the suite plays: its requests, and what every module checks of the answers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import requests

from tests.e2e.conformance.conditions import authorization_response, id_token, token_response, userinfo
from tests.e2e.conformance.id_tokens import IdToken
from tests.e2e.conformance.provider import PATIENCE

if TYPE_CHECKING:
    from tests.e2e.conformance.end_user import EndUser, Visit
    from tests.e2e.conformance.provider import Provider
    from tests.e2e.registration import Registered

REDIRECT_URI = "https://rp.example/test/a/gatelet/callback"
POST_LOGOUT_REDIRECT_URI = "https://rp.example/test/a/gatelet/post_logout_redirect"
SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """One request to the authorization endpoint and the answer to it."""

    asked: dict[str, str]
    visit: Visit
    response: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """One code flow from its request to its tokens."""

    visit: Visit
    code: str
    tokens: dict[str, Any]
    id_token: IdToken


class RelyingParty:
    """A registered client that knows the provider's configuration."""

    def __init__(
        self, provider: Provider, client: Registered, *, scope: str, method: str = "client_secret_basic"
    ) -> None:
        self.provider = provider
        self.client_id = client.client_id
        self._secret = client.client_secret
        self.scope = scope
        self._method = method

    def request(self, **changed: str | None) -> dict[str, str]:
        """Return the parameters of an authorization request; None leaves one out. OpenID Connect Core §3.1.2.1"""
        usual = {
            "client_id": self.client_id,
            "redirect_uri": REDIRECT_URI,
            "scope": self.scope,
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            "response_type": "code",
        }
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def address(self, asked: dict[str, str]) -> str:
        """Return where a browser is sent with an authorization request."""
        return f"{self.provider.metadata['authorization_endpoint']}?{urlencode(asked)}"

    def authorize(self, end_user: EndUser, **changed: str | None) -> Authorization:
        """Send a user to the authorization endpoint and return what the callback gets."""
        asked = self.request(**changed)
        return self.answered(asked, end_user.visit(end_user.browser.open(self.address(asked))))

    def answered(self, asked: dict[str, str], visit: Visit) -> Authorization:
        """Read the answer at the callback; there must be one, success or not."""
        uri, _, query = visit.arrived.partition("?")
        assert uri == REDIRECT_URI
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        response = dict(pairs)
        assert len(response) == len(pairs), "a parameter is there twice"
        authorization_response.names_the_issuer(response, self.provider.issuer)
        return Authorization(asked=asked, visit=visit, response=response)

    def authenticate(self, end_user: EndUser, **changed: str | None) -> Authentication:
        """Do the whole flow, and check all that every module checks."""
        return self.complete(self.authorize(end_user, **changed))

    def complete(self, authorization: Authorization, **more: str) -> Authentication:
        """Go on from a successful answer: tokens, ID token, userinfo."""
        asked, response = authorization.asked, authorization.response
        authorization_response.is_no_error(response)
        authorization_response.returns_the_state(response, asked)
        answer = self.redeem(response["code"], **more)
        tokens = token_response.is_successful(answer)
        received = IdToken.parse(tokens["id_token"], self.provider.keys)
        id_token.passes_the_standard_checks(
            received, issuer=self.provider.issuer, client_id=self.client_id, nonce=asked.get("nonce")
        )
        id_token.has_the_hash_of_the_access_token(received, tokens["access_token"])
        userinfo.is_successful(self.userinfo(tokens["access_token"]))
        return Authentication(visit=authorization.visit, code=response["code"], tokens=tokens, id_token=received)

    def redeem(self, code: str, **more: str) -> requests.Response:
        """Send a code to the token endpoint. OpenID Connect Core §3.1.3.1"""
        return self.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT_URI, **more)

    def token(self, **form: str) -> requests.Response:
        """Send a request to the token endpoint, authenticated in the way that the client is registered for."""
        auth = None
        if self._method == "client_secret_basic":
            auth = (self.client_id, self._secret)
        else:
            form |= {"client_id": self.client_id, "client_secret": self._secret}
        url = self.provider.metadata["token_endpoint"]
        return requests.post(url, data=form, auth=auth, headers={"accept": "application/json"}, timeout=PATIENCE)

    def userinfo(self, access_token: str) -> requests.Response:
        """Ask who the user is. OpenID Connect Core §5.3.1"""
        headers = {"authorization": f"Bearer {access_token}"}
        return requests.get(self.provider.metadata["userinfo_endpoint"], headers=headers, timeout=PATIENCE)
