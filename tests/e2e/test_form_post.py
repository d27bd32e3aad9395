"""The answer as a form that a browser sends on. OAuth 2.0 Form Post Response Mode §2"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.e2e.person import Browser, Form

if TYPE_CHECKING:
    import requests

CALLBACK = "https://app.example/callback?tenant=a%26b"
"""With a query of its own, in which an escaped & stands."""
HOSTILE = """"><script>alert(1)</script><form action="https://evil.example/">'&amp;&quot;{{7*7}} \N{SNOWMAN}"""
VERIFIER = secrets.token_urlsafe(48)


@pytest.fixture(scope="module")
def web(registration):
    return registration.client(grant_types=("authorization_code",), scope=("openid",), redirect_uris=(CALLBACK,))


@pytest.fixture(scope="module")
def browser(stack, web, registration) -> Browser:
    """Sign a user in; then nothing is asked any more."""
    browser = Browser(stack.issuer)
    browser.sign_in(address(stack, web), registration.person("reader"))
    return browser


def address(stack, web, **changed):
    asked = {
        "response_type": "code",
        "client_id": web.client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": HOSTILE,
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
        **changed,
    }
    return f"{stack.issuer}/oauth2/authorize?{urlencode(asked)}"


@pytest.fixture
def post(stack, web, browser):
    """Ask for an answer by form."""
    return lambda **changed: browser.open(address(stack, web, response_mode="form_post", **changed))


class Tags(HTMLParser):
    """How often each tag stands in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def fields_of(page: requests.Response) -> dict[str, str]:
    """Return what the page's one form sends to the client."""
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "location" not in page.headers
    assert Tags(page.text).seen.count("form") == 1
    form = Form(page.text)
    assert form.action == CALLBACK
    return form.hidden


def policy_of(page: requests.Response) -> dict[str, str]:
    directives = (each.strip().partition(" ") for each in page.headers["content-security-policy"].split(";"))
    return {name: sources for name, _, sources in directives}


def test_the_form_carries_a_code_that_is_good(post, stack, server, web):
    """With state and issuer: RFC 9207 §2"""
    fields = fields_of(post())
    assert set(fields) == {"code", "state", "iss"}
    assert (fields["state"], fields["iss"]) == (HOSTILE, stack.issuer)
    form = {"code": fields["code"], "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    assert server.token(web, grant_type="authorization_code", **form).status_code == 200


def test_an_error_goes_the_same_way(post, stack):
    """OpenID Connect Core §3.1.2.6"""
    fields = fields_of(post(prompt="none", max_age="0"))
    assert set(fields) == {"error", "error_description", "state", "iss"}
    assert (fields["error"], fields["state"], fields["iss"]) == ("login_required", HOSTILE, stack.issuer)


@pytest.mark.attack("ATK-218")
def test_no_state_becomes_part_of_the_page(post):
    page = post()
    assert Tags(page.text).seen.count("script") == 1
    assert "alert(1)</script>" not in page.text
    assert "evil.example" not in re.sub(r'value="[^"]*"', "", page.text)


def test_the_page_may_run_its_one_script_and_post_nowhere_but_to_the_client(post):
    """The script is named by its hash, and whoever has no script finds a button. CSP Level 3 §6.1"""
    page = post()
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = policy_of(page)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'sha256-{digest}'"
    assert policy["form-action"] == "'self' https:"
    assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert re.search(r"<noscript>.*<button type=\"submit\".*</noscript>", page.text, re.DOTALL)


def test_nobody_keeps_the_page_or_learns_its_address(post):
    """RFC 9700 §4.2"""
    headers = post().headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert headers["x-content-type-options"] == "nosniff"
