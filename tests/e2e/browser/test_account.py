"""The account page: what a person sees of their own account, and can end."""

from __future__ import annotations

import pytest

from tests.e2e.browser.application import NAME
from tests.e2e.browser.steps import press, sign_in
from tests.e2e.server import error_of

NEW_PASSWORD = "a few words put together"


@pytest.fixture
def account(page, person):
    """Sign in at the account page itself."""
    sign_in(page, "/account", person)
    return page


def heading(page):
    return page.get_by_role("heading", level=1).inner_text()


def rows(page, section):
    """Return the rows of a section of the page."""
    return page.get_by_role("region", name=section).get_by_role("listitem")


def sessions(page):
    return rows(page, "Where you are signed in")


def test_stranger_is_asked_to_sign_in_and_then_sees_the_account(page, person):
    page.goto("/account")
    assert heading(page) == "Sign in"
    sign_in(page, "/account", person)
    assert heading(page) == "Your account"
    assert page.get_by_text(person.username).is_visible()


def test_every_browser_that_is_signed_in_is_listed_and_can_be_signed_out(account, open_browser, person):
    elsewhere = open_browser().new_page()
    sign_in(elsewhere, "/account", person)
    account.reload()
    assert sessions(account).get_by_role("strong").all_inner_texts() == ["Browser session", "This browser"]
    other = sessions(account).filter(has_text="Browser session")
    with account.expect_navigation():
        other.get_by_role("button", name="Sign out").click()
    assert account.get_by_role("status").inner_text() == "The session has been ended."
    assert sessions(account).get_by_role("strong").all_inner_texts() == ["This browser"]
    elsewhere.reload()
    assert heading(elsewhere) == "Sign in"


def test_sign_out_everywhere_includes_this_browser(account, open_browser, person):
    elsewhere = open_browser().new_page()
    sign_in(elsewhere, "/account", person)
    press(account, "Sign out everywhere")
    elsewhere.reload()
    assert (heading(account), heading(elsewhere)) == ("Sign in", "Sign in")


def test_application_is_listed_and_loses_what_it_had(account, application, person, server):
    """What was granted ends at once, and the next time consent is asked for again. RFC 7009 §1"""
    sign_in(account, application.sign_in_url(), person)
    tokens = application.redeem(account.url)
    account.goto("/account")
    connected = rows(account, "Connected applications")
    assert connected.count() == 1
    assert NAME in connected.inner_text()
    for words in ("See your name and profile", "See who you are"):
        assert words in connected.inner_text()
    press(account, "Remove access")
    assert account.get_by_role("status").inner_text() == "The application no longer has access."
    assert connected.count() == 0
    assert error_of(server.refresh(application.client, tokens["refresh_token"])) == "invalid_grant"
    account.goto(application.sign_in_url())
    assert heading(account) == "Allow access?"


def change_password(page, current, new=NEW_PASSWORD):
    page.get_by_label("Current password").fill(current)
    page.get_by_label("New password").fill(new)
    press(page, "Change password")


def test_new_password_is_the_only_one_and_other_browsers_are_signed_out(account, open_browser, person):
    elsewhere = open_browser().new_page()
    sign_in(elsewhere, "/account", person)
    change_password(account, person.password)
    assert account.get_by_role("status").inner_text() == "Your password has been changed."
    elsewhere.reload()
    assert heading(elsewhere) == "Sign in"
    sign_in(elsewhere, "/account", person)
    assert heading(elsewhere) == "Sign in", "the old password"
    sign_in(elsewhere, "/account", person._replace(password=NEW_PASSWORD))
    assert heading(elsewhere) == "Your account"


def test_other_browsers_stay_signed_in_where_that_is_wished(account, open_browser, person):
    elsewhere = open_browser().new_page()
    sign_in(elsewhere, "/account", person)
    account.get_by_label("Sign out everywhere else").uncheck()
    change_password(account, person.password)
    elsewhere.reload()
    assert heading(elsewhere) == "Your account"


def test_password_is_not_changed_by_whoever_does_not_know_it(account, person):
    """ASVS §6.2.3"""
    change_password(account, "wrong")
    assert account.get_by_role("alert").inner_text() == (
        "The current password is not right. Your password was not changed."
    )
    assert account.evaluate("document.activeElement.id") == "current-password"
    change_password(account, person.password)
    assert account.get_by_role("status").inner_text() == "Your password has been changed."


def test_browser_itself_asks_for_a_longer_password(account, person):
    account.get_by_label("Current password").fill(person.password)
    account.get_by_label("New password").fill("short")
    account.get_by_role("button", name="Change password").click()
    assert account.get_by_label("New password").evaluate("field => field.validity.tooShort")
    assert account.evaluate("document.activeElement.id") == "new-password", "nothing was sent"
