"""The person whom the modules send to the authorization endpoint, and what is asked of the person there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.e2e.person import arrival

if TYPE_CHECKING:
    import requests

    from tests.e2e.person import Browser
    from tests.e2e.registration import Person

CLAIMS = {
    "name": "Buffy Anne Summers",
    "given_name": "Buffy",
    "family_name": "Summers",
    "middle_name": "Anne",
    "nickname": "Buff",
    "preferred_username": "buffy",
    "profile": "https://buffy.example/profile",
    "picture": "https://buffy.example/picture.png",
    "website": "https://buffy.example",
    "gender": "female",
    "birthdate": "1981-01-19",
    "zoneinfo": "America/Los_Angeles",
    "locale": "en-US",
    "updated_at": 1_700_000_000,
    "email": "buffy@example.com",
    "email_verified": True,
    "address": {
        "formatted": "1630 Revello Drive, Sunnydale, CA 95037, USA",
        "street_address": "1630 Revello Drive",
        "locality": "Sunnydale",
        "region": "CA",
        "postal_code": "95037",
        "country": "USA",
    },
    "phone_number": "+1 555 0100",
    "phone_number_verified": False,
}
"""Every standard claim. OpenID Connect Core §5.1"""


class Visit(NamedTuple):
    """Which pages the person saw, and the address of the client that the last one led to."""

    login: requests.Response | None
    consent: requests.Response | None
    arrived: str


class EndUser:
    """A person at a browser who signs in and allows whatever is asked."""

    def __init__(self, browser: Browser, person: Person) -> None:
        self.browser = browser
        self.sub = person.sub
        self._person = person

    def visit(self, page: requests.Response) -> Visit:
        """Go on from a page until the answer leads to the client."""
        login = consent = None
        if 'name="password"' in page.text:
            login = page
            page = self.browser.submit(page, username=self._person.username, password=self._person.password)
        if 'value="allow"' in page.text:
            consent = page
            page = self.browser.submit(page, action="allow")
        return Visit(login=login, consent=consent, arrived=arrival(page))
