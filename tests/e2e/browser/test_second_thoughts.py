"""Back buttons, double clicks, second windows, lost cookies: the sign-in comes to its end all the same."""

from __future__ import annotations

import pytest

from tests.e2e.browser.steps import press, sign_in, type_password
from tests.e2e.person import parameters
from tests.e2e.store import Store

AN_HOUR = 3600


def heading(page):
    return page.get_by_role("heading", level=1).inner_text()


def test_without_cookies_the_person_is_told_to_allow_them(page, application, person):
    """And with them the sign-in goes on from where it began."""
    page.goto(application.sign_in_url())
    page.context.clear_cookies()
    type_password(page, person)
    assert heading(page) == "Cookies are switched off"
    assert page.get_by_text("Request", exact=True).is_visible(), "with its number"
    with page.expect_navigation():
        page.get_by_role("link", name="Start again").click()
    type_password(page, person)
    press(page, "Allow")
    assert application.redeem(page.url)["id_token"]


def test_sign_in_goes_on_in_two_windows_at_once(page, application, person):
    """Whichever is sent first: the other one leads to the application too."""
    other = page.context.new_page()
    for window in (page, other):
        window.goto(application.sign_in_url())
    for window in (page, other):
        type_password(window, person)
    assert heading(other) == "Allow access?"
    press(other, "Allow")
    assert "code" in parameters(other.url)


def test_button_pressed_twice_is_pressed_once(page, application, person):
    """The second request takes the place of the first, and gets the same code."""
    page.goto(application.sign_in_url())
    type_password(page, person)
    with page.expect_navigation():
        page.get_by_role("button", name="Allow", exact=True).dblclick()
    page.wait_for_url(f"{application.site.callback}*")
    assert application.redeem(page.url)["id_token"]


def test_back_button_after_signing_in_leads_to_the_application_again(page, application, person):
    """The page before was not kept, and its address asks for nothing that was not answered already."""
    sign_in(page, application.sign_in_url(), person)
    page.go_back()
    assert heading(page) == "Arrived"
    assert application.redeem(page.url)["id_token"]


@pytest.fixture
def account(page, person):
    sign_in(page, "/account", person)
    return page


def test_account_is_changed_only_by_whoever_typed_the_password_lately(account, person, stack):
    """And then the person is asked for it, and back at the account. ASVS §7.5.1"""
    Store(stack).set_sign_in_back(person.sub, AN_HOUR)
    press(account, "Sign out everywhere")
    assert heading(account) == "Sign in"
    assert "please enter your password once more" in account.get_by_role("alert").inner_text()
    type_password(account, person)
    assert heading(account) == "Your account"
    press(account, "Sign out everywhere")
    account.goto("/account")
    assert heading(account) == "Sign in"
    assert account.get_by_role("alert").count() == 0
