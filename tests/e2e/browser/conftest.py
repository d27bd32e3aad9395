"""One Chromium for all tests, and a fresh context of it, with cookies of its own, for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.browser import client_site
from tests.e2e.browser.application import NAME, Application
from tests.e2e.browser.chromium import MISSING, find, launch, must_be_there
from tests.e2e.browser.witness import Witness, open_browsers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from gatelet_cli.local.stack import LocalStack
    from tests.e2e.browser.client_site import ClientSite
    from tests.e2e.registration import Person, Registration
    from tests.e2e.server import Server

SKIPPED = pytest.StashKey[bool]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say it loudly: a run without a browser is not a whole one."""
    if config.stash.get(SKIPPED, False):
        terminalreporter.section("THE BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(MISSING, red=True)


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Start the browser. Without one there is nothing to test, which in continuous integration is a failure."""
    path = find()
    if path is None:
        if must_be_there():
            pytest.fail(MISSING)
        pytestconfig.stash[SKIPPED] = True
        pytest.skip(MISSING)
    with sync_playwright() as playwright, launch(playwright, path) as browser:
        yield browser


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def open_browser(chromium: Browser, stack: LocalStack, witness: Witness) -> Iterator[Callable[..., BrowserContext]]:
    """Make another browser, that is: one with cookies of its own. Options as of Browser.new_context."""
    with open_browsers(chromium, stack.issuer, witness) as open_browser:
        yield open_browser


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext]) -> Page:
    """Open a window of a browser that was never here before."""
    return open_browser().new_page()


@pytest.fixture(scope="session")
def site() -> Iterator[ClientSite]:
    with client_site.client_site() as site:
        yield site


@pytest.fixture(scope="session")
def make_application(registration: Registration, server: Server, site: ClientSite) -> Callable[..., Application]:
    """Make an application of somebody else's, so that consent is asked for. Metadata as of Client."""

    def make(**metadata: Any) -> Application:
        usual = {
            "client_name": NAME,
            "grant_types": ("authorization_code", "refresh_token"),
            "scope": ("openid", "profile", "email", "offline_access", "whoami:read"),
            "redirect_uris": (site.callback,),
            "post_logout_redirect_uris": (site.bye,),
            "first_party": False,
        }
        return Application(registration.client(**{**usual, **metadata}), site, server)

    return make


@pytest.fixture(scope="session")
def application(make_application: Callable[..., Application]) -> Application:
    return make_application(
        client_uri="https://album.example/",
        policy_uri="https://album.example/privacy",
        tos_uri="https://album.example/terms",
    )


@pytest.fixture
def person(registration: Registration) -> Person:
    """Somebody who was never here before."""
    return registration.person("reader")
