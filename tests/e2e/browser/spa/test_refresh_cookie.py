"""The refresh token in a cookie: who has it, and for whom it works. RFC 6265bis, RFC 9700 §4.14"""

from __future__ import annotations

from tests.e2e.browser.spa.application import (
    COOKIE,
    WITH_HEADER,
    ask,
    asked,
    blocked,
    call,
    click,
    posted,
    refresh_cookies,
    tells,
)

STORED = "() => [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage), name].join()"


def test_cookie_is_the_issuers_host_alone_and_out_of_scripts_reach(signed_in):
    """RFC 6265bis §4.1.3.2"""
    (cookie,) = [each for each in signed_in.context.cookies() if each["name"].startswith(COOKIE)]
    assert cookie["value"].startswith("gr1_")
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert (cookie["domain"], cookie["path"]) == ("127.0.0.1", "/"), "no leading dot: no Domain"


def test_no_script_sees_the_refresh_token(signed_in, stack, witness):
    """Not in an answer, not in storage, and not as a cookie of the application's or of the issuer's pages."""
    click(signed_in, "Renew the access token")
    tells(signed_in, "The access token is a new one.")
    stored = signed_in.evaluate(STORED)
    answers = [request.response() for path in ("token", "refresh") for request in asked(witness, f"/oauth2/{path}")]
    bodies = [answer.text() for answer in answers if answer]
    assert ['"access_token"' in body for body in bodies] == [True, True]
    signed_in.goto(f"{stack.issuer}/account")
    for text in (stored, *bodies, signed_in.evaluate(STORED)):
        assert "gr1_" not in text
        assert COOKIE not in text


def test_page_of_another_origin_cannot_renew(signed_in, foreign, refresh_url, witness):
    """The cookie comes along, for it is the same site; who asks decides. RFC 6454 §7"""
    before = refresh_cookies(signed_in)
    tab = signed_in.context.new_page()
    tab.goto(foreign.home)
    assert ask(tab, refresh_url, WITH_HEADER) == "TypeError", "it reads nothing"
    assert ask(tab, refresh_url, {}) == "TypeError"
    blocked(witness, times=2)
    headers = posted(tab, refresh_url, witness)
    assert headers["origin"] == foreign.origin
    assert all(value in headers["cookie"] for value in before.values())
    assert refresh_cookies(signed_in) == before, "no rotation"
    assert call(signed_in, "renew") is None, "and no harm"


def test_page_of_another_site_does_not_even_bring_the_cookie(signed_in, foreign, refresh_url, witness):
    """SameSite=Strict; nor those of the session, for it is no link that is followed. RFC 6265bis §5.6.7.1"""
    origin = f"http://localhost:{foreign.port}"
    tab = signed_in.context.new_page()
    tab.goto(f"{origin}/")
    assert ask(tab, refresh_url, WITH_HEADER) == "TypeError"
    blocked(witness)
    headers = posted(tab, refresh_url, witness)
    assert headers["origin"] == origin
    assert "cookie" not in headers
    witness.requests[:] = [request for request in witness.requests if not request.url.startswith(origin)]


def test_own_origin_without_the_header_is_refused(signed_in, refresh_url):
    """What a form could send is not enough. Fetch §2.2.2"""
    before = refresh_cookies(signed_in)
    assert ask(signed_in, refresh_url, {}) == 400
    assert refresh_cookies(signed_in) == before
    assert ask(signed_in, refresh_url, WITH_HEADER) == 200
