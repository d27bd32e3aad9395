"""An application that signs people in: a client at a site of its own. RFC 6749 §4.1"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gatelet.oauth.pkce import challenge_of
from tests.e2e.person import parameters

if TYPE_CHECKING:
    from tests.e2e.browser.client_site import ClientSite
    from tests.e2e.registration import Registered
    from tests.e2e.server import Server

NAME = "Photo Album"
STATE = "state of the application"


class Application:
    """Asks for all of its scope unless told otherwise."""

    def __init__(self, client: Registered, site: ClientSite, server: Server) -> None:
        self.client = client
        self.site = site
        self._server = server
        self._verifier = secrets.token_urlsafe(48)

    def sign_in_url(self, **changed: str) -> str:
        """Return the address that a sign-in begins at. OpenID Connect Core §3.1.2.1"""
        request = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.site.callback,
            "state": STATE,
            "nonce": "nonce of the application",
            "code_challenge": challenge_of(self._verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._server.metadata['authorization_endpoint']}?{urlencode({**request, **changed})}"

    def redeem(self, url: str) -> dict[str, Any]:
        """Return the tokens for the code in the address where the person arrived."""
        redirect_uri, code = url.partition("?")[0], parameters(url)["code"]
        form = {"code": code, "redirect_uri": redirect_uri, "code_verifier": self._verifier}
        answer = self._server.token(self.client, grant_type="authorization_code", **form)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def sign_out_url(self, id_token: str, **more: str) -> str:
        """Return the address that signs out. OpenID Connect RP-Initiated Logout 1.0 §2"""
        wish = {"id_token_hint": id_token, "post_logout_redirect_uri": self.site.bye, **more}
        return f"{self._server.issuer}/oauth2/logout?{urlencode(wish)}"
