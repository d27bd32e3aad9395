"""Nothing on the issuer's pages needs a script. OAuth 2.0 Form Post Response Mode §2 has one, and a button."""

from __future__ import annotations

import pytest

from tests.e2e.browser.application import STATE
from tests.e2e.browser.looks import too_wide
from tests.e2e.browser.steps import press, sign_in, type_password


@pytest.fixture
def page(open_browser):
    """Open a window of a browser whose scripts are switched off."""
    return open_browser(java_script_enabled=False).new_page()


def test_person_signs_in_looks_at_the_account_and_signs_out(page, application, person):
    page.goto(application.sign_in_url())
    type_password(page, person)
    press(page, "Allow")
    assert application.redeem(page.url)["id_token"]
    page.goto("/account")
    press(page, "Remove access")
    assert page.get_by_role("status").is_visible()
    page.goto("/oauth2/logout")
    press(page, "Sign out")
    assert page.title().startswith("You are signed out")


def test_answer_by_form_waits_for_a_button(page, application, person, site, stack):
    page.goto(application.sign_in_url(response_mode="form_post"))
    type_password(page, person)
    press(page, "Allow")
    assert page.get_by_role("heading", level=1).inner_text() == "Back to the application"
    assert too_wide(page) == []
    press(page, "Continue")
    assert_arrived_by_form(page, site, stack)


def test_answer_by_form_sends_itself_with_a_script(open_browser, application, person, site, stack):
    """The one script that the Content-Security-Policy lets through."""
    page = open_browser().new_page()
    sign_in(page, application.sign_in_url(response_mode="form_post"), person)
    page.wait_for_url(site.callback)
    assert_arrived_by_form(page, site, stack)


def assert_arrived_by_form(page, site, stack):
    """Nothing of the answer is in the address. RFC 9700 §4.2.4"""
    assert page.url == site.callback
    arrival = site.arrivals[-1]
    assert (arrival.method, arrival.path) == ("POST", "/callback")
    assert (arrival.parameters["state"], arrival.parameters["iss"]) == (STATE, stack.issuer)
    assert arrival.parameters["code"]
