"""Every page that there is, and how to come to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.e2e.browser.steps import press, sign_in, type_password

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.e2e.browser.application import Application
    from tests.e2e.registration import Person


class Visitors(NamedTuple):
    """Somebody who was never here, and somebody who is signed in and has an application."""

    stranger: BrowserContext
    resident: BrowserContext
    person: Person
    application: Application
    wordy: Application
    """Another one, of which there is more to show than fits."""


def settle_in(visitors: Visitors, elsewhere: BrowserContext) -> None:
    """Sign the resident in, here and elsewhere too."""
    page = visitors.resident.new_page()
    sign_in(page, visitors.application.sign_in_url(), visitors.person)
    page.close()
    sign_in(elsewhere.new_page(), "/account", visitors.person)


def login(visitors: Visitors) -> Page:
    return _open(visitors.stranger, visitors.application.sign_in_url())


def login_refused(visitors: Visitors) -> Page:
    page = _open(visitors.resident, visitors.application.sign_in_url(prompt="login"))
    type_password(page, visitors.person, "wrong")
    return page


def consent(visitors: Visitors) -> Page:
    return _open(visitors.resident, visitors.application.sign_in_url(prompt="consent"))


def consent_wordy(visitors: Visitors) -> Page:
    return _open(visitors.resident, visitors.wordy.sign_in_url(prompt="consent"))


def account(visitors: Visitors) -> Page:
    return _open(visitors.resident, "/account?notice=application_removed")


def account_refused(visitors: Visitors) -> Page:
    page = _open(visitors.resident, "/account")
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password").fill("correct horse battery staple")
    press(page, "Change password")
    return page


def logout(visitors: Visitors) -> Page:
    return _open(visitors.resident, "/oauth2/logout")


def logged_out(visitors: Visitors) -> Page:
    return _open(visitors.stranger, "/oauth2/logout")


def start(visitors: Visitors) -> Page:
    return _open(visitors.stranger, "/login")


def error(visitors: Visitors) -> Page:
    return _open(visitors.stranger, "/oauth2/authorize?client_id=nobody")


def error_with_a_way_on(visitors: Visitors) -> Page:
    page = login(visitors)
    visitors.stranger.clear_cookies()
    type_password(page, visitors.person)
    return page


def _open(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


GALLERY: dict[str, Callable[[Visitors], Page]] = {
    room.__name__: room
    for room in (
        login,
        login_refused,
        consent,
        consent_wordy,
        account,
        account_refused,
        logout,
        logged_out,
        start,
        error,
        error_with_a_way_on,
    )
}
