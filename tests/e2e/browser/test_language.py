"""The language of the person. OpenID Connect Core §3.1.2.1, RFC 9110 §12.5.4"""

from __future__ import annotations

import pytest

from tests.e2e.browser.looks import too_wide


@pytest.fixture
def page(open_browser):
    """Open a window of a browser whose language is German."""
    return open_browser(locale="de-DE").new_page()


def test_pages_speak_the_language_of_the_browser(page, application, person):
    """All the way, and the longer words fit in too."""
    page.goto(application.sign_in_url())
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.get_by_role("heading", level=1).inner_text() == "Anmelden"
    assert too_wide(page) == []
    page.get_by_label("Benutzername").fill(person.username)
    page.get_by_label("Passwort").fill(person.password)
    with page.expect_navigation():
        page.get_by_role("button", name="Anmelden").click()
    assert page.get_by_role("button", name="Nicht erlauben").is_visible()
    assert too_wide(page) == []
    page.goto("/account")
    assert page.get_by_role("heading", level=1).inner_text() == "Ihr Konto"
    assert too_wide(page) == []
    page.goto("/oauth2/authorize?client_id=nobody")
    assert page.get_by_role("heading", level=1).inner_text() == "Diese Anwendung ist hier nicht bekannt"
    assert too_wide(page) == []


def test_application_may_know_better(page, application):
    """ui_locales: the first that there is."""
    page.goto(application.sign_in_url(ui_locales="fr en"))
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
