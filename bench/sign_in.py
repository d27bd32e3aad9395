"""A person signs in: from the client's request through login and consent to the tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from bench.events import form_event, http_event
from bench.operation import Operation
from bench.population import CALLBACK, PASSWORD, USERNAME, WEB
from bench.population import USER as ALICE
from gatelet.handlers import authorize, token, userinfo

if TYPE_CHECKING:
    from bench.emulated_aws import Deployment

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = "/oauth2/authorize?" + urlencode(
    {
        "response_type": "code",
        "client_id": WEB.client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid orders:read",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
)
SEALED = re.compile(r'name="sign_in" value="([^"]+)"')
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": "https://auth.example"}

COUNT = ["UpdateItem limits", "UpdateItem limits"]
SESSION, USER = "GetItem grants", "GetItem directory"
LOGIN = [*COUNT, "GetItem credentials", USER, *COUNT, "PutItem grants"]
CONSENT_PAGE = [SESSION, USER, "GetItem credentials"]
CONSENT = [SESSION, USER, "UpdateItem credentials", "UpdateItem grants", "PutItem grants"]
REDEMPTION = ["UpdateItem grants", USER]
CODE_OF_A_SESSION = [SESSION, USER, "GetItem credentials", "UpdateItem grants", "PutItem grants"]


USERINFO = ["GetItem grants", "Query feed", USER]


def operations(deployment: Deployment) -> tuple[Operation, ...]:
    """Return a sign-in of somebody new, the next one of the same browser, and what the client may ask then."""
    access_token = _Browser(deployment).tokens()["access_token"]
    _userinfo(deployment, access_token)
    deployment.server("authorize").consents.forget(ALICE.sub, WEB.client_id)
    browser = _Browser(deployment)
    return (
        Operation("a sign-in", browser.tokens, [*LOGIN, *CONSENT_PAGE, *CONSENT, *REDEMPTION]),
        Operation("a sign-in, session and consent there", browser.tokens, [*CODE_OF_A_SESSION, *REDEMPTION]),
        Operation("userinfo", lambda: _userinfo(deployment, access_token), USERINFO),
    )


def _userinfo(deployment: Deployment, access_token: str) -> None:
    event = http_event("GET", "/oauth2/userinfo", {"authorization": f"Bearer {access_token}"})
    answer = userinfo.handler.respond(event, deployment.server("userinfo"))
    if "sub" not in json.loads(answer["body"]):
        raise RuntimeError(f"userinfo refuses the token: {answer}")


class _Browser:
    """Keeps cookies, and does what the pages ask for."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._cookies: dict[str, str] = {}

    def open(self, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        """Send one request, and follow where we are sent on by the server itself."""
        path, query = urlsplit(url).path, urlsplit(url).query
        event = http_event("GET", path) if form is None else http_event("POST", path, FORM, urlencode(form))
        cookies = [f"{name}={value}" for name, value in self._cookies.items()]
        answer = authorize.handler.respond(
            {**event, "rawQueryString": query, "cookies": cookies}, self._deployment.server("authorize")
        )
        for cookie in answer.get("cookies", ()):
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        location = answer["headers"].get("location", "")
        return self.open(location) if location.startswith("/") else answer

    def tokens(self) -> dict[str, Any]:
        """Sign in as far as it is asked for, and redeem the code."""
        answer = self.open(REQUEST)
        if 'action="/login"' in answer["body"]:
            answer = self.open("/login", {**_sealed(answer), "username": USERNAME, "password": PASSWORD})
        if 'action="/consent"' in answer["body"]:
            answer = self.open("/consent", {**_sealed(answer), "action": "allow"})
        code = dict(parse_qsl(urlsplit(answer["headers"]["location"]).query))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        answer = token.handler.respond(form_event("/oauth2/token", WEB, **form), self._deployment.server("token"))
        body: dict[str, Any] = json.loads(answer["body"])
        if "access_token" not in body:
            raise RuntimeError(f"the code is refused: {answer}")
        return body


def _sealed(page: dict[str, Any]) -> dict[str, str]:
    found = SEALED.search(page["body"])
    if found is None:
        raise RuntimeError(f"the page has no form: {page}")
    return {"sign_in": found[1]}
