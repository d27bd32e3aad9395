"""What every module begins with: the configuration it reads, a client, a user and a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conformance.end_user import CLAIMS, EndUser
from tests.e2e.conformance.provider import Provider
from tests.e2e.conformance.relying_party import POST_LOGOUT_REDIRECT_URI, REDIRECT_URI, SCOPES, RelyingParty
from tests.e2e.conformance.results import Results
from tests.e2e.person import Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tests.e2e.registration import Registration

RESULTS = pytest.StashKey[Results]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make conformance` write the document."""
    parser.addoption("--write-conformance", action="store_true", help="write docs/conformance.md from this run")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how the tests of this folder end."""
    report = yield
    if isinstance(item, pytest.Function):
        item.config.stash.setdefault(RESULTS, Results()).note(item, report)
    return report


@pytest.fixture
def results(request: pytest.FixtureRequest) -> Results:
    """Return how the modules have ended so far."""
    return request.config.stash[RESULTS]


@pytest.fixture(scope="session")
def issuer(stack, journal) -> str:
    """Return the issuer; the journal is read from the first request on."""
    del journal
    return str(stack.issuer)


@pytest.fixture
def provider(issuer) -> Provider:
    """Read the provider's configuration, as every module does first."""
    return Provider.discover(issuer)


@pytest.fixture
def relying_party(provider, registration) -> Callable[..., RelyingParty]:
    """Register a client for the test."""

    def relying_party(scope: str = "openid", **metadata: str) -> RelyingParty:
        client = registration.client(
            grant_types=("authorization_code", "refresh_token"),
            scope=SCOPES,
            require_pkce=False,
            redirect_uris=(REDIRECT_URI,),
            post_logout_redirect_uris=(POST_LOGOUT_REDIRECT_URI,),
            **metadata,
        )
        return RelyingParty(
            provider, client, scope=scope, method=metadata.get("token_endpoint_auth_method", "client_secret_basic")
        )

    return relying_party


@pytest.fixture(scope="session")
def new_end_user(issuer, registration) -> Callable[[], EndUser]:
    """Seat the user, who has every standard claim, at a browser without cookies."""
    person = registration.person("reader", **CLAIMS)
    return lambda: EndUser(Browser(issuer), person)


@pytest.fixture
def end_user(new_end_user: Callable[[], EndUser]) -> EndUser:
    """Return a user at a browser that has never been here."""
    return new_end_user()


@pytest.fixture(scope="session")
def signed_in(issuer: str, new_end_user: Callable[[], EndUser], registration: Registration) -> EndUser:
    """Return a user who has a session already, for modules that ask nothing of the login."""
    end_user = new_end_user()
    client = registration.client(
        grant_types=("authorization_code",), scope=SCOPES, require_pkce=False, redirect_uris=(REDIRECT_URI,)
    )
    RelyingParty(Provider.discover(issuer), client, scope="openid").authorize(end_user)
    return end_user
