"""The answer as a form that a browser sends on. OAuth 2.0 Form Post Response Mode"""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from tests.integration.visitor import CALLBACK, Page, is_login, is_page, redeem, request_for


@pytest.fixture
def post(own_web):
    """Return an authorization request for this response mode."""
    return lambda **more: request_for(own_web, response_mode="form_post", **more)


def fields_of(answer):
    assert is_page(answer, 200)
    (form,) = Page(answer.body).forms
    assert (form.method, form.action) == ("post", CALLBACK)
    return form.fields


@pytest.mark.clause("RFC9207-2-1", "OIDC-3.1.2.5-1")
def test_a_code_is_posted_to_the_client(deployment, visitor, own_web, post):
    """§2"""
    fields = fields_of(visitor.arrive(post()))

    assert set(fields) == {"code", "state", "iss"}
    assert (fields["state"], fields["iss"]) == ("s1", "https://auth.example")
    assert redeem(deployment, own_web, fields["code"]).status == 200


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "nobody:knows"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
    ],
)
def test_an_error_is_posted_to_the_client(visitor, post, wrong, error):
    fields = fields_of(visitor.open(post(**wrong)))

    assert set(fields) == {"error", "error_description", "state", "iss"}
    assert fields["error"] == error


def test_whoever_cancels_or_denies_is_posted_back_too(visitor, web):
    url = request_for(web, response_mode="form_post")
    login = visitor.open(url)
    assert fields_of(visitor.submit(login, action="cancel"))["error"] == "access_denied"
    consent = visitor.sign_in(login)

    assert fields_of(visitor.submit(consent, action="deny"))["error"] == "access_denied"
    assert "code" in fields_of(visitor.submit(consent, action="allow"))


@pytest.mark.attack("ATK-218")
@pytest.mark.clause("RFC6749-10.14-1")
@pytest.mark.parametrize(
    "state", ['"><script>alert(1)</script>', "'\"&<>", "</form><form action=x>", "é\N{SNOWMAN}\n", "{{7*7}}"]
)
def test_the_state_comes_back_as_text(visitor, post, state):
    answer = visitor.arrive(post(state=state))

    assert fields_of(answer)["state"] == state
    assert [tag for tag, _ in Page(answer.body).tags].count("script") == 1


@pytest.mark.attack("ATK-283")
def test_the_one_script_is_allowed_by_its_hash(visitor, post):
    """And a button is there for whoever has none."""
    answer = visitor.arrive(post())
    (script,) = re.findall(r"<script>(.*?)</script>", answer.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert f"script-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert re.search(r"<noscript>.*<button type=\"submit\".*</noscript>", answer.body, re.DOTALL)


def test_the_page_is_not_kept(visitor, post):
    answer = visitor.arrive(post())

    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.advisory("CVE-2024-21637")
@pytest.mark.parametrize("uri", ["https://evil.example/", "javascript:alert(1)"])
def test_a_bad_redirect_uri_is_posted_nowhere(visitor, post, uri):
    assert is_page(visitor.open(post(redirect_uri=uri)))


def test_the_mode_is_kept_while_somebody_signs_in(visitor, post):
    login = visitor.open(post())
    assert is_login(login)

    assert "code" in fields_of(visitor.sign_in(login))
