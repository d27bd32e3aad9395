"""A person with a browser that knows forms, cookies and redirects, and no script."""

from __future__ import annotations

from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

if TYPE_CHECKING:
    from tests.e2e.server import Person

PATIENCE = 60
SEE_OTHER = 303


class Form(HTMLParser):
    """The first form of a page: where it goes, and what its hidden fields hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form" and not self.action:
            self.action = found["action"]
        elif tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found["value"]


class Browser:
    """Stays at one issuer: a redirect that leads away is where the person arrives.

    Keeps cookies as browsers do on the machine itself, where http is a secure context; requests does not.
    """

    def __init__(self, issuer: str, http: requests.Session | None = None) -> None:
        self._issuer = issuer
        self._http = http or requests.Session()
        self._cookies: dict[str, str] = {}

    def open(self, url: str) -> requests.Response:
        """Open an address and follow redirects at the issuer."""
        return self._follow(self._send("GET", url))

    def post_from_elsewhere(self, url: str, form: dict[str, str]) -> requests.Response:
        """Send a form of another site: cookies that are SameSite=Lax stay at home. RFC 6265bis §5.6.7"""
        return self._follow(self._send("POST", url, cookies=False, data=form))

    def submit(self, page: requests.Response, **fields: str) -> requests.Response:
        """Send the page's form with these fields filled in."""
        form = Form(page.text)
        assert form.action, page.text
        return self._follow(self._send("POST", urljoin(page.url, form.action), data={**form.hidden, **fields}))

    def sign_in(self, url: str, user: Person, *, consent: str = "allow") -> str:
        """Do what an authorization request asks for, and return the address of the client that it leads to."""
        page = self.open(url)
        if "/oauth2/authorize" in page.url and 'name="password"' in page.text:
            page = self.submit(page, username=user.username, password=user.password)
        if 'value="allow"' in page.text:
            page = self.submit(page, action=consent)
        return arrival(page)

    def _send(self, method: str, url: str, *, cookies: bool = True, **options: Any) -> requests.Response:
        jar = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"cookie": jar} if cookies else {}
        answer = self._http.request(method, url, headers=headers, timeout=PATIENCE, allow_redirects=False, **options)
        self._http.cookies.clear()
        for line in answer.raw.headers.getlist("set-cookie"):
            self._keep(line)
        return answer

    def _keep(self, line: str) -> None:
        """Keep or forget a cookie. RFC 6265bis §4.1.3.2"""
        ((name, cookie),) = SimpleCookie(line).items()
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
        self._cookies[name] = cookie.value
        if cookie["max-age"] == "0":
            del self._cookies[name]

    def _follow(self, answer: requests.Response) -> requests.Response:
        while answer.status_code == SEE_OTHER and (url := self._own(answer)):
            answer = self._send("GET", url)
        return answer

    def _own(self, answer: requests.Response) -> str | None:
        """Return where a redirect leads, if that is a page of the issuer's."""
        url = urljoin(answer.url, answer.headers["location"])
        return url if url.startswith(f"{self._issuer}/") and urlsplit(url).path not in {"/callback", "/demo"} else None


def arrival(answer: requests.Response) -> str:
    """Return the address of the client that an answer leads to."""
    assert answer.status_code == SEE_OTHER, (answer.status_code, answer.text)
    return str(answer.headers["location"])


def parameters(url: str) -> dict[str, Any]:
    """Return the parameters of an address; each is there once."""
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
