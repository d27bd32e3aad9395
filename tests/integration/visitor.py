"""A person in front of a browser: it keeps cookies, fills in forms and follows redirects that stay with us."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from gatelet.handlers import authorize
from tests.integration.api_gateway import FORM, Answer, basic, http_event
from tests.integration.registered import PASSWORD, SECRET

if TYPE_CHECKING:
    from gatelet.oauth.client import Client
    from tests.integration.deployment import Deployment

CALLBACK = "https://app.example/callback"
BYE = "https://app.example/bye"
VERIFIER = "v" * 43
SESSION, BROWSER, DEVICE = "__Host-session", "__Host-browser", "__Host-device"
ADDRESS = "203.0.113.7"


def challenge(verifier: str) -> str:
    """Return what a verifier answers. RFC 7636 §4.2"""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Form:
    """One form of a page: where it goes, what it holds, and its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "form":
            self.forms.append(Form(given["action"], given["method"]))
        elif tag == "input" and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "button" and "name" in given:
            self.forms[-1].buttons.append((given["name"], given["value"]))


class Visitor:
    """A browser that anybody may sit at."""

    def __init__(self, deployment: Deployment, address: str = ADDRESS) -> None:
        self.deployment = deployment
        self.cookies: dict[str, str] = {}
        self.address = address

    def open(
        self,
        url: str,
        *,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        method: str | None = None,
        cookies: tuple[str, ...] | None = None,
    ) -> Answer:
        """Send one request and keep the cookies of the answer."""
        parts = urlsplit(url)
        event = http_event(
            method or ("GET" if form is None else "POST"),
            parts.path,
            {**(FORM if form is not None else {}), **(headers or {})},
            body=urlencode(form).encode() if form is not None else b"",
            query=parts.query,
            cookies=self.jar if cookies is None else cookies,
        )
        event["requestContext"]["http"]["sourceIp"] = self.address
        answer = Answer(authorize.handler.respond(event, self.deployment.server("authorize")))
        for cookie in answer.cookies:
            self._keep(cookie)
        return answer

    def post_from_elsewhere(self, url: str, form: dict[str, str]) -> Answer:
        """Send a form that stands on another site: cookies that are SameSite=Lax stay at home."""
        return self.open(url, form=form, cookies=())

    @property
    def jar(self) -> tuple[str, ...]:
        """The cookies as the browser sends them."""
        return tuple(f"{name}={value}" for name, value in self.cookies.items())

    def follow(self, answer: Answer) -> Answer:
        """Go where redirects lead, as long as they stay with us."""
        while answer.status == 303 and answer.headers["location"].startswith("/"):
            answer = self.open(answer.headers["location"])
        return answer

    def submit(self, page: Answer, form_number: int = 0, **filled_in: str) -> Answer:
        """Send a form of a page, without following where that leads."""
        form = Page(page.body).forms[form_number]
        return self.open(form.action, form={**form.fields, **filled_in})

    def sign_in(self, page: Answer, username: str = "alice", password: str = PASSWORD) -> Answer:
        """Fill in a login page and go on from there."""
        return self.follow(self.submit(page, username=username, password=password))

    def arrive(self, url: str) -> Answer:
        """Do whatever an authorization request asks for, until the client gets its answer."""
        answer = self.follow(self.open(url))
        if is_login(answer):
            answer = self.sign_in(answer)
        if is_consent(answer):
            answer = self.submit(answer, action="allow")
        return answer

    def code(self, client: Client, **asked: str | None) -> str:
        """Return the code that a client gets."""
        return answer_to_client(self.arrive(request_for(client, **asked)))["code"]

    def _keep(self, cookie: str) -> None:
        name, _, rest = cookie.partition("=")
        value, _, attributes = rest.partition("; ")
        if "Max-Age=0" in attributes.split("; "):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def request_for(client: Client, **parameters: str | None) -> str:
    """Return the URL of an authorization request; None leaves a parameter out."""
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid orders:read",
        "state": "s1",
        "nonce": "n1",
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
        **parameters,
    }
    return "/oauth2/authorize?" + urlencode({name: value for name, value in asked.items() if value is not None})


def answer_to_client(answer: Answer, redirect_uri: str = CALLBACK) -> dict[str, str]:
    """Return what a redirect tells the client, and that it goes to its redirect URI."""
    assert answer.status == 303, answer.body
    uri, _, query = answer.headers["location"].partition("?")
    assert uri == redirect_uri.partition("?")[0]
    told = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(told)) == len(told)
    return dict(told)


def error_to_client(answer: Answer) -> str:
    """Return the error that a redirect tells the client; state and issuer are with it. RFC 6749 §4.1.2.1, RFC 9207"""
    told = answer_to_client(answer)
    assert set(told) == {"error", "error_description", "state", "iss"}
    assert (told["state"], told["iss"]) == ("s1", "https://auth.example")
    return told["error"]


def is_page(answer: Answer, status: int = 400) -> bool:
    """Tell whether a page answers and nothing is redirected."""
    is_html = answer.headers.get("content-type") == "text/html; charset=utf-8"
    return is_html and answer.status == status and "location" not in answer.headers


def is_login(answer: Answer) -> bool:
    """Tell whether the answer asks for a password."""
    return 'action="/login"' in answer.body


def is_consent(answer: Answer) -> bool:
    """Tell whether the answer asks for consent."""
    return 'action="/consent"' in answer.body


def redeem(deployment: Deployment, client: Client, code: str, **more: str | None) -> Answer:
    """Redeem a code as its client does; None leaves a parameter out."""
    given = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **more,
    }
    form = {name: value for name, value in given.items() if value is not None}
    identity = {"client_id": client.client_id} if client.is_public else {}
    headers = {} if client.is_public else basic(client.client_id, SECRET)
    return deployment.request("/oauth2/token", form={**identity, **form}, headers=headers)
