"""Applications on the person's own device. RFC 8252"""

from __future__ import annotations

from tests.e2e.browser.steps import sign_in, type_password

PRIVATE = "com.example.photos:/callback"


def test_browser_hands_the_answer_to_an_application_with_a_scheme_of_its_own(page, make_application, person):
    """The page's Content-Security-Policy lets the form lead there. §7.1"""
    application = make_application(redirect_uris=(PRIVATE,))
    page.goto(application.sign_in_url(redirect_uri=PRIVATE))
    type_password(page, person)
    assert page.get_by_text("Afterwards you go back to the application on this device.").is_visible()
    with page.expect_event("requestfailed") as handed_over:
        page.get_by_role("button", name="Allow", exact=True).click()
    assert handed_over.value.failure == "net::ERR_ABORTED", "by the browser, in which nobody opens that scheme"
    assert handed_over.value.url.startswith(f"{PRIVATE}?")
    assert application.redeem(handed_over.value.url)["id_token"]


def test_application_listens_at_whatever_port_it_found_free(page, make_application, person, site):
    """§7.3: the registered address names none."""
    application = make_application(redirect_uris=("http://127.0.0.1/callback",))
    sign_in(page, application.sign_in_url(), person)
    assert page.url.startswith(f"{site.callback}?")
    assert application.redeem(page.url)["id_token"]
