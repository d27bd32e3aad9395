"""Signing out. OpenID Connect RP-Initiated Logout 1.0"""

from __future__ import annotations

import pytest

from tests.e2e.browser.application import NAME
from tests.e2e.browser.steps import post, press, sign_in
from tests.e2e.person import parameters


@pytest.fixture
def id_token(page, application, person):
    """Sign in, and return the ID token of the application."""
    sign_in(page, application.sign_in_url(), person)
    return application.redeem(page.url)["id_token"]


@pytest.fixture
def is_signed_in(page, application):
    """Ask as an application does that may not show anything. OpenID Connect Core §3.1.2.1"""

    def is_signed_in() -> bool:
        page.goto(application.sign_in_url(prompt="none"))
        return "code" in parameters(page.url)

    return is_signed_in


def test_application_that_says_who_it_is_gets_the_person_back(page, application, id_token, site, stack, is_signed_in):
    """§3: with the state; and the browser forgets the session."""
    assert is_signed_in()
    page.goto(application.sign_out_url(id_token, state="bye"))
    assert page.url == f"{site.bye}?state=bye"
    assert "__Host-session" not in {cookie["name"] for cookie in page.context.cookies(stack.issuer)}
    assert not is_signed_in()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same site", "another site"])
def test_form_of_the_application_signs_out_too(page, application, id_token, site, is_signed_in, host):
    """§2: by POST; from another site our cookies, which are SameSite=Lax, do not come with it."""
    page.goto(site.origin.replace("127.0.0.1", host))
    url = application.sign_out_url("").partition("?")[0]
    post(page, url, id_token_hint=id_token, post_logout_redirect_uri=site.bye)
    assert page.url == site.bye
    assert not is_signed_in()


@pytest.mark.usefixtures("id_token")
def test_without_a_hint_the_person_is_asked(page, is_signed_in):
    """§2: and whoever says no stays signed in."""
    page.goto("/oauth2/logout")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign out?"
    press(page, "Stay signed in")
    assert page.get_by_role("heading", level=1).inner_text() == "Your account"
    assert is_signed_in()
    page.goto("/oauth2/logout")
    press(page, "Sign out")
    assert page.get_by_role("heading", level=1).inner_text() == "You are signed out"
    assert not is_signed_in()


def test_without_an_address_to_return_to_a_page_says_that_it_is_done(page, application, id_token, is_signed_in):
    page.goto(application.sign_out_url(id_token).partition("&")[0])
    assert page.get_by_text(f"You can close this page or go back to {NAME}.").is_visible()
    assert not is_signed_in()


def test_address_that_is_not_registered_is_not_followed(page, application, id_token, is_signed_in):
    """§3: exact; a page says so, and nothing happened."""
    page.goto(application.sign_out_url(id_token, post_logout_redirect_uri="https://elsewhere.example/"))
    assert page.get_by_role("heading", level=1).inner_text() == "This application is set up wrongly"
    assert is_signed_in()


@pytest.mark.usefixtures("id_token")
def test_back_button_does_not_bring_the_account_back(page):
    """ASVS §14.3.2"""
    page.goto("/account")
    press(page, "Sign out everywhere")
    page.go_back()
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
