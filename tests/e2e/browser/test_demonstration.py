"""The page that `make run` prints: a public client in the browser, with PKCE."""

from __future__ import annotations

import json

import pytest

from tests.e2e.browser.looks import faults, too_wide
from tests.e2e.browser.steps import press, type_password


@pytest.fixture
def shown(page, person):
    """Sign in from the page, and return it."""
    page.goto("/demo")
    press(page, "Sign in")
    type_password(page, person)
    press(page, "Allow")
    page.get_by_text("Signed in.").wait_for()
    return page


def test_page_signs_in_and_shows_the_claims(shown, person, stack):
    claims = {name: json.loads(shown.locator(f"#{name}").inner_text()) for name in ("id-token", "userinfo", "whoami")}
    assert claims["id-token"]["iss"] == stack.issuer
    assert claims["id-token"]["sub"] == claims["userinfo"]["sub"] == claims["whoami"]["sub"] == person.sub


def test_page_can_be_read_in_light_and_dark_and_on_a_phone(shown):
    for scheme in ("light", "dark"):
        shown.emulate_media(color_scheme=scheme)
        assert faults(shown) == []
    assert too_wide(shown) == []


def test_code_and_tokens_are_nowhere_that_another_script_could_find_them(shown, stack):
    """Not in the address, nor in storage. OAuth 2.0 for Browser-Based Applications §8"""
    assert shown.url == f"{stack.issuer}/demo"
    assert shown.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]


def test_page_signs_out_and_has_to_ask_again(shown):
    press(shown, "Sign out")
    assert shown.get_by_role("button", name="Sign in").is_visible()
    press(shown, "Sign in")
    assert shown.get_by_label("Password").is_visible()


def test_page_tells_what_went_wrong(page):
    page.goto("/demo")
    press(page, "Sign in")
    press(page, "Cancel")
    page.get_by_text("the user does not sign in").wait_for()


def test_answer_that_the_page_did_not_ask_for_is_refused(shown, stack):
    """RFC 6749 §10.12"""
    shown.goto(f"/demo?code=stolen&state=stolen&iss={stack.issuer}")
    shown.get_by_text("This is not the answer to a sign-in that this page began.").wait_for()
