"""Every page is safe to show, and anyone can use it."""

from __future__ import annotations

import base64
import re
from collections import Counter
from dataclasses import fields, replace
from hashlib import sha256

import pytest

from gatelet.pages import (
    FORM_POST_SCRIPT_HASH,
    ApplicationRow,
    Brand,
    ErrorView,
    LoginView,
    SessionRow,
    render,
    stylesheet_path,
)
from gatelet.pages.views import FormPostView, View
from tests.unit.pages.examples import BRAND, CONSENT, FORM_POST, LOGIN, PAGES, Document, account

INJECTION = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}{client}"
OURS = frozenset({"created_at", "last_used", "since", "error", "notice", "reason"})
"""Times and choices, which are ours."""


def document(page, *, brand=BRAND, locales=()):
    return Document(render(page, brand=brand, locales=locales).html)


def poisoned(value):
    """Return the value with the injection in every text of it that is not empty."""
    match value:
        case str():
            return INJECTION if value else ""
        case tuple():
            return tuple(poisoned(each) for each in value)
        case View() | SessionRow() | ApplicationRow():
            names = {each.name for each in fields(value)} - OURS
            return replace(value, **{name: poisoned(getattr(value, name)) for name in names})
    return value


every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: type(page).__name__)
every_language = pytest.mark.parametrize("language", ["en", "de"])


def test_there_is_an_example_of_every_page():
    assert {type(page) for page in PAGES} == set(View.__subclasses__())


@every_page
@every_language
def test_a_page_says_which_language_it_speaks(page, language):
    rendered = render(page, brand=BRAND, locales=(f"{language}-AT",))
    (html,) = Document(rendered.html).all("html")
    assert (rendered.language, html["lang"], html["dir"]) == (language, language, "ltr")


@every_page
def test_what_others_chose_is_text_and_nothing_else(page):
    """It adds no element and no handler; an address that may not be linked to takes its link away."""
    brand = replace(BRAND, name=INJECTION)
    hostile, friendly = document(poisoned(page), brand=brand), document(page)
    extra = Counter(tag for tag, _ in hostile.elements) - Counter(tag for tag, _ in friendly.elements)
    assert not extra
    assert hostile.all("script") == ([{}] if isinstance(page, FormPostView) else [])
    assert "49" not in hostile.text
    assert not any(name.startswith("on") for _, attributes in hostile.elements for name in attributes)


def test_a_name_appears_as_it_was_written():
    assert f"continue to {INJECTION}" in document(replace(LOGIN, client_name=INJECTION)).text
    assert document(replace(LOGIN, username=INJECTION)).fields()["username"] == INJECTION
    assert document(replace(FORM_POST, fields=(("state", INJECTION),))).fields() == {"state": INJECTION}


@every_page
def test_nothing_needs_what_the_content_security_policy_forbids(page):
    found = document(page)
    assert not found.all("style", "iframe", "object", "embed", "base")
    for _, attributes in found.elements:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)


@every_page
def test_nothing_is_loaded_from_another_host(page):
    found = document(page)
    loaded = [attributes["src"] for _, attributes in found.elements if "src" in attributes]
    loaded += [attributes["href"] for attributes in found.all("link")]
    assert all(each.startswith("data:") or each == stylesheet_path(BRAND) for each in loaded)
    assert not any("srcset" in attributes for _, attributes in found.elements)


@every_page
def test_every_field_has_a_label_and_every_reference_a_target(page):
    found = document(page)
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {attributes["for"] for attributes in found.all("label")}
    for attributes in found.all("input"):
        assert attributes.get("type") == "hidden" or "hidden" in attributes or attributes["id"] in labelled
    for _, attributes in found.elements:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set(attributes.get(name, "").split()) <= set(ids)
    assert len(found.all("h1")) == len(found.all("main")) == len(found.all("title")) == 1
    assert all("alt" in attributes for attributes in found.all("img"))
    assert len([attributes for _, attributes in found.elements if "autofocus" in attributes]) <= 1


@every_page
def test_no_tab_order_but_that_of_the_page(page):
    assert not any(attributes.get("tabindex", "0") not in {"0", "-1"} for _, attributes in document(page).elements)


def test_a_password_manager_knows_the_fields():
    def kinds(page):
        return {
            each["id"]: each["autocomplete"]
            for each in document(page).all("input")
            if "id" in each and "autocomplete" in each
        }

    assert kinds(LOGIN) == {"username": "username", "password": "current-password"}
    assert kinds(account()) == {"current-password": "current-password", "new-password": "new-password"}
    (username,) = [each for each in document(account()).all("input") if each.get("autocomplete") == "username"]
    assert username["value"] == "alice"
    assert "name" not in username


def test_the_enter_key_signs_in_and_does_not_cancel():
    """It presses the first button of the form. HTML, implicit submission"""
    first, second = document(LOGIN).all("button")
    assert "name" not in first
    assert (second["name"], second["value"]) == ("action", "cancel")
    assert "formnovalidate" in second


def test_a_wrong_password_is_told_where_it_is_typed():
    found = document(LoginView(sign_in="s", client_name="Wiki", username="alice", error="wrong_password"))
    (alert,) = [attributes for _, attributes in found.elements if attributes.get("role") == "alert"]
    (password,) = [each for each in found.all("input") if each.get("name") == "password"]
    assert password["aria-describedby"] == alert["id"]
    assert password["aria-invalid"] == "true"
    assert "autofocus" in password
    assert "value" not in password
    assert "Error: Sign in" in found.text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (60, "60 seconds"), (61, "2 minutes"), (121, "3 minutes"), (0, "a few minutes")],
)
def test_too_many_attempts_says_how_long_to_wait(seconds, words):
    page = LoginView(sign_in="s", client_name="", error="too_many", retry_after=seconds)
    assert f"Wait {words}, then" in document(page).text


def test_consent_says_who_asks_for_what_and_where_it_goes():
    text = document(CONSENT).text
    assert "Wiki would like to:" in text
    for words in ("Recognise you", "Read the pages", "wiki:write", "wiki.example", "alice"):
        assert words in text
    links = [each["href"] for each in document(CONSENT).all("a")]
    assert links == ["https://wiki.example/", CONSENT.policy_uri, CONSENT.tos_uri, BRAND.support_url]


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", "http://evil.example/"]
)
def test_a_page_never_links_to_what_a_browser_would_run(uri):
    page = replace(CONSENT, client_uri=uri, policy_uri=uri, tos_uri=uri)
    error = ErrorView(reason="expired", request_id="r", back=uri)
    assert document(page, brand=Brand()).all("a") == document(error, brand=Brand()).all("a") == []


def test_an_error_tells_the_request_and_where_help_is():
    page = ErrorView(reason="server_error", request_id="KJx2k=")
    assert "KJx2k=" in document(page).text
    assert "https://help.example/" in {each["href"] for each in document(page).all("a")}
    assert "people who run this service" in document(page, brand=Brand()).text


def test_an_unknown_reason_still_makes_a_page():
    assert "Something went wrong" in document(ErrorView(reason="no such reason", request_id="r")).text


def test_forms_go_where_they_are_answered():
    posts = {
        (each["action"], each["method"])
        for page in PAGES
        if not isinstance(page, FormPostView)
        for each in document(page).all("form")
    }
    assert posts == {(path, "post") for path in ("/login", "/consent", "/oauth2/logout", "/account")}


def test_the_form_post_page_carries_the_answer_and_its_script_has_the_hash():
    """OAuth 2.0 Form Post Response Mode §2, CSP Level 3 §2.3.1"""
    html = render(FORM_POST, brand=BRAND).html
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" == FORM_POST_SCRIPT_HASH
    assert Document(html).fields() == {"code": "abc", "state": "xyz"}
    assert Document(html).all("form") == [{"method": "post", "action": "https://wiki.example/cb"}]
    assert len(Document(html).all("noscript")) == 2


def test_times_are_told_in_the_words_of_the_language():
    assert "30 July 2026, 08:12 UTC" in document(account()).text
    assert "30. Juli 2026, 08:12 UTC" in document(account(), locales=("de",)).text
