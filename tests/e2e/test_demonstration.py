"""The page of `make run` that signs in: a public client in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from urllib.parse import urlencode

import jwt
import pytest

from gatelet_cli.local.demonstration import PAGE_CLIENT_ID, PAGE_SCOPE
from tests.e2e.person import Browser, parameters
from tests.e2e.server import error_of

PARTS = {"/demo": "text/html", "/demo/demo.css": "text/css", "/demo/demo.js": "text/javascript"}


@pytest.mark.parametrize("path", PARTS)
def test_parts_of_the_page_are_served_without_a_function(path, server, journal):
    """No script but its own, no frame, nothing from elsewhere. CSP Level 3"""
    answer = server.request("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(PARTS[path])
    policy = dict(each.strip().partition(" ")[::2] for each in answer.headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert journal.of(answer)["invocations"] == []


def test_page_obeys_its_own_policy(server):
    """No inline script, style or handler, and no address but its own."""
    html = server.request("GET", "/demo").text
    assert not re.search(r"<style|\son\w+=|\sstyle=|<script(?! src=\"/demo/)|https?://", html)


def test_script_asks_for_what_its_client_is_registered_for(server):
    script = server.request("GET", "/demo/demo.js").text
    constants = dict(re.findall(r'^const (\w+) = "([^"]*)";$', script, re.MULTILINE))
    assert (constants["CLIENT_ID"], constants["SCOPE"]) == (PAGE_CLIENT_ID, PAGE_SCOPE)


def test_public_client_signs_in_with_pkce_and_shows_the_claims(server, stack, user, route):
    """What the script does, step by step. RFC 9700 §2.1.1"""
    verifier, page = secrets.token_urlsafe(48), stack.demonstration.page
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    request = {
        "response_type": "code",
        "client_id": PAGE_CLIENT_ID,
        "redirect_uri": page,
        "scope": PAGE_SCOPE,
        "nonce": "n",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    browser = Browser(stack.issuer)
    arrived = parameters(browser.sign_in(f"{stack.issuer}/oauth2/authorize?{urlencode(request)}", user))
    form = {
        "grant_type": "authorization_code",
        "client_id": PAGE_CLIENT_ID,
        "code": arrived["code"],
        "redirect_uri": page,
    }
    origin = {"origin": stack.issuer}
    assert error_of(server.request("POST", "/oauth2/token", data=form, headers=origin)) == "invalid_grant"
    answer = server.request("POST", "/oauth2/token", data={**form, "code_verifier": verifier}, headers=origin)
    assert answer.headers["access-control-allow-origin"] == stack.issuer
    tokens = answer.json()
    assert "refresh_token" not in tokens
    assert jwt.decode(tokens["id_token"], options={"verify_signature": False})["nonce"] == "n"
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert server.request("GET", "/oauth2/userinfo", headers=headers).json()["email"] == user.email
    assert route.call(tokens["access_token"]) == 200
    wish = urlencode({"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": page})
    assert browser.open(f"{stack.issuer}/oauth2/logout?{wish}").headers["location"] == page
