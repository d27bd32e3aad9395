"""A sign-in of the application's: begun, resumed, shared by tabs, ended."""

from __future__ import annotations

from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.e2e.browser.spa.application import (
    CLIENT_ID,
    WITH_HEADER,
    answers,
    ask,
    asked,
    call,
    click,
    refresh_cookies,
    tells,
)
from tests.e2e.browser.steps import press
from tests.e2e.server import error_of

BACK = "() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
REFRESH = "**/oauth2/refresh"


def test_application_calls_its_api_for_the_user(signed_in, home, person):
    """And the code is out of the address bar, where a history or a bookmark would keep it."""
    assert signed_in.url == home
    answers(signed_in, person.sub)


def test_answer_that_nobody_asked_for_is_not_redeemed(page, home, stack, witness):
    """Else a stranger's link would sign the user in as the stranger. RFC 9700 §4.7"""
    page.goto(f"{home}?{urlencode({'code': 'gc1_stranger', 'state': 'x', 'iss': stack.issuer})}")
    tells(page, "This is not the answer to a sign-in that was begun here.")
    assert asked(witness, "/oauth2/token") == []


def test_reload_renews_with_the_cookie(signed_in, person, witness):
    """Each renewal rotates: the browser keeps the successor. RFC 9700 §4.14.2"""
    before = refresh_cookies(signed_in)
    signed_in.reload()
    tells(signed_in, f"Signed in as {person.sub}.")
    assert len(asked(witness, "/oauth2/refresh")) == 1
    after = refresh_cookies(signed_in)
    assert after.keys() == before.keys()
    assert after != before
    answers(signed_in, person.sub)


def test_page_from_the_back_button_is_read_anew(signed_in, person, witness):
    """It may show what its user, who has signed out since, no longer wants to be seen."""
    with signed_in.expect_navigation():
        signed_in.evaluate(BACK)
    tells(signed_in, f"Signed in as {person.sub}.")
    assert len(asked(witness, "/oauth2/refresh")) == 1


def _renew_at_once(tabs):
    """Let the requests of two tabs go on together, and return the refresh tokens that the answers bring."""
    held, (first, second) = [], tabs

    def hold(route):
        held.append(route)
        for each in held if len(held) == 2 else ():
            each.continue_()

    first.context.route(REFRESH, hold)
    with first.expect_response(REFRESH) as one, second.expect_response(REFRESH) as other:
        for tab in tabs:
            click(tab, "Renew the access token")
    first.context.unroute(REFRESH)
    for tab in tabs:
        tells(tab, "The access token is a new one.")
    return {answer.value.header_value("set-cookie").partition(";")[0] for answer in (one, other)}


def test_two_tabs_that_renew_at_once_both_get_an_access_token(signed_in, home, person):
    """They send the same refresh token; within the grace both get the same successor, and nobody is signed out."""
    second = signed_in.context.new_page()
    second.goto(home)
    tells(second, f"Signed in as {person.sub}.")
    kept = _renew_at_once((signed_in, second))
    for _ in range(4):  # the browser adds its cookie when a request goes on: one may be answered before
        if len(kept) == 1:
            break
        kept = _renew_at_once((signed_in, second))
    assert len(kept) == 1, "the same successor"
    assert len({call(tab, "accessToken") for tab in (signed_in, second)}) == 2
    for tab in (signed_in, second):
        tab.reload()
        tells(tab, f"Signed in as {person.sub}.")


def test_sign_out_deletes_the_cookie_and_ends_every_renewal(signed_in, home, person, site, server, refresh_url):
    """Also with a copy of the cookie; other tabs show it at once. OpenID Connect RP-Initiated Logout §2"""
    second = signed_in.context.new_page()
    second.goto(home)
    tells(second, f"Signed in as {person.sub}.")
    ((name, value),) = refresh_cookies(signed_in).items()
    press(signed_in, "Sign out")
    tells(signed_in, "You are signed out.")
    tells(second, "Nobody is signed in.")
    assert signed_in.url == home
    assert refresh_cookies(signed_in) == {}
    assert ask(signed_in, refresh_url, WITH_HEADER) == 400
    headers = {"origin": site.origin, **WITH_HEADER, "cookie": f"{name}={value}"}
    refused = server.request("POST", "/oauth2/refresh", data={"client_id": CLIENT_ID}, headers=headers)
    assert error_of(refused) == "invalid_grant"
    press(signed_in, "Sign in")
    expect(signed_in.get_by_label("Password")).to_be_visible()


def test_end_of_the_session_elsewhere_is_told_in_plain_words(signed_in, stack, home):
    """The application finds out when it renews."""
    signed_in.goto(f"{stack.issuer}/oauth2/logout")
    press(signed_in, "Sign out")
    signed_in.goto(home)
    tells(signed_in, "You are signed out.")
    expect(signed_in.get_by_role("button", name="Sign in")).to_be_visible()


def test_server_that_cannot_be_reached_signs_nobody_out(signed_in, person, witness):
    """Whatever is not an answer of the server's is worth another attempt."""
    signed_in.context.set_offline(True)
    click(signed_in, "Renew the access token")
    tells(signed_in, "The server cannot be reached. Try again.")
    signed_in.context.set_offline(False)
    witness.complaints.clear()
    answers(signed_in, person.sub)
