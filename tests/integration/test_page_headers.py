"""What keeps everybody else out of the pages: headers and cookies. RFC 9700 §4.16"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gatelet.pages import FORM_POST_SCRIPT_HASH
from tests.integration.aws_wire import access_denied, to
from tests.integration.visitor import (
    BROWSER,
    DEVICE,
    SESSION,
    Page,
    answer_to_client,
    is_consent,
    request_for,
)

EVERY_PAGE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "content-type": "text/html; charset=utf-8",
}
ATTRIBUTES = {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"}


@pytest.fixture
def pages(deployment, visitor, web, own_web):
    """Return every kind of page, each as a browser gets it."""
    found = {"login": visitor.open(request_for(web)), "start": visitor.open("/login")}
    found["wrong password"] = visitor.submit(found["login"], username="alice", password="wrong")
    found["consent"] = visitor.sign_in(found["login"])
    assert is_consent(found["consent"])
    found["account"] = visitor.open("/account")
    found["logout"] = visitor.open("/oauth2/logout")
    found["form_post"] = visitor.open(request_for(own_web, response_mode="form_post"))
    found["unknown client"] = visitor.open("/oauth2/authorize")
    found["bad redirect URI"] = visitor.open(request_for(web, redirect_uri="https://evil.example"))
    found["wrong form"] = visitor.open("/consent", form={"sign_in": "x"})
    found["method not allowed"] = visitor.open("/consent")
    found["logged out"] = visitor.submit(found["logout"], action="logout")
    deployment.wire.fail(access_denied, to("directory"))
    deployment.restart()
    found["fault of ours"] = visitor.open(request_for(web))
    assert found["fault of ours"].status in {500, 503}
    return found


def policy_of(answer):
    parts = answer.headers["content-security-policy"].split("; ")
    return {part.partition(" ")[0]: part.partition(" ")[2] for part in parts}


@pytest.mark.attack("ATK-282")
@pytest.mark.attack("ATK-283")
@pytest.mark.clause("RFC9700-2.6-3", "RFC9700-4.16-1", "OIDC-3.1.2.3-4")
def test_every_page_has_the_headers_that_keep_others_out(pages, subtests):
    for name, answer in pages.items():
        with subtests.test(name):
            assert {header: answer.headers.get(header) for header in EVERY_PAGE} == EVERY_PAGE
            policy = policy_of(answer)
            assert policy["default-src"] == "'none'"
            assert policy["frame-ancestors"] == "'none'"
            assert policy["base-uri"] == "'none'"
            assert policy["style-src"] == "'self'"
            assert policy["img-src"] == "'self' data:"
            assert not [header for header in answer.headers if header.startswith("access-control")]


@pytest.mark.attack("ATK-283")
def test_no_page_has_a_script_but_the_one_of_form_post(pages, subtests):
    for name, answer in pages.items():
        with subtests.test(name):
            tags = Page(answer.body).tags
            scripts = [tag for tag, _ in tags if tag == "script"]
            assert scripts == (["script"] if name == "form_post" else [])
            assert policy_of(answer).get("script-src") == (FORM_POST_SCRIPT_HASH if scripts else None)
            assert not [given for _, given in tags if any(key.startswith("on") or key == "style" for key in given)]
            assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.attack("ATK-254")
def test_no_page_loads_anything_from_elsewhere(pages, subtests):
    """So nobody learns of the address with its parameters."""
    for name, answer in pages.items():
        with subtests.test(name):
            for tag, given in Page(answer.body).tags:
                if tag in {"link", "img", "script"}:
                    source = given.get("href") or given.get("src") or "data:"
                    assert source.startswith(("/assets/", "data:"))
            assert not re.findall(r"url\(|@import", answer.body)


def test_forms_lead_to_us_and_to_the_client_that_asked_alone(pages, subtests):
    for name, answer in pages.items():
        with subtests.test(name):
            leads = "'self' https:" if name in {"login", "wrong password", "consent", "form_post"} else "'self'"
            assert policy_of(answer)["form-action"] == leads


def test_every_form_is_a_post(pages, subtests):
    for name, answer in pages.items():
        with subtests.test(name):
            assert {form.method for form in Page(answer.body).forms} <= {"post"}


@pytest.mark.attack("ATK-254")
def test_the_redirect_with_the_code_is_not_kept_and_tells_no_referrer(visitor, own_web):
    answer = visitor.arrive(request_for(own_web))

    assert "code" in answer_to_client(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.body == ""


def test_the_stylesheet_of_every_page_is_there_and_may_be_kept_for_ever(visitor, pages):
    sheets = {
        given["href"]
        for answer in pages.values()
        for tag, given in Page(answer.body).tags
        if tag == "link" and given["rel"] == "stylesheet"
    }
    (path,) = sheets
    answer = visitor.open(path)

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["x.css", "pages.css", "..%2f..%2fetc%2fpasswd", "", "pages.0.css"])
def test_there_is_no_other_asset(visitor, name):
    answer = visitor.open(f"/assets/{name}")

    assert answer.status == 404
    assert answer.headers["cache-control"] == "no-store"


def test_every_cookie_stays_with_us(visitor, web):
    """RFC 6265bis §4.1.3.2: __Host- means Secure, Path=/ and no Domain."""
    answers = [visitor.open(request_for(web))]
    answers.append(visitor.submit(answers[0], username="alice", password="correct horse battery staple"))
    cookies = {cookie.partition("=")[0]: cookie for answer in answers for cookie in answer.cookies}

    assert set(cookies) == {BROWSER, SESSION, DEVICE}
    ages = {}
    for name, cookie in cookies.items():
        attributes = set(cookie.split("; ")[1:])
        assert attributes >= ATTRIBUTES
        ages[name] = attributes - ATTRIBUTES
    assert ages == {BROWSER: set(), SESSION: {"Max-Age=604800"}, DEVICE: {"Max-Age=15552000"}}


def test_a_browser_that_has_its_cookies_is_given_no_new_ones(visitor, web):
    visitor.sign_in(visitor.open(request_for(web)))

    for url in (request_for(web), request_for(web, prompt="login"), "/account", "/oauth2/logout"):
        assert visitor.open(url).cookies == []


@pytest.mark.attack("ATK-361")
def test_no_cookie_and_no_code_is_logged(visitor, own_web, log):
    code = visitor.code(own_web)
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")

    assert code not in log.text
    for value in visitor.cookies.values():
        assert value not in log.text
    assert "gs1_" not in log.text
    assert "gf1_" not in log.text


@pytest.mark.attack("ATK-365")
def test_no_cookie_is_stored(deployment, visitor, web):
    """Nor the secret in it."""
    visitor.sign_in(visitor.open(request_for(web)))
    stored = str([deployment.items(name) for name in ("grants", "credentials", "limits", "directory")])

    for value in visitor.cookies.values():
        assert value not in stored
        assert value.partition("_")[2][:40] not in stored or len(value) < 40


def test_the_brand_is_configuration(deployment, visitor, web):
    deployment.change_settings(brand_name="Acme & Co", support_url="https://help.example/")
    deployment.put_client(replace(web, enabled=False))

    body = visitor.open(request_for(web)).body

    assert "Acme &amp; Co" in body
    assert 'href="https://help.example/"' in body
