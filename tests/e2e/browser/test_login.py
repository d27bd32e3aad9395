"""The login page. OpenID Connect Core §3.1.2.3"""

from __future__ import annotations

import pytest

from tests.e2e.browser.application import NAME, STATE
from tests.e2e.browser.steps import press, sign_in, type_password
from tests.e2e.person import parameters


def test_right_password_and_a_yes_lead_back_to_the_application(page, application, person, stack):
    """The answer carries the code, the state and the issuer. RFC 6749 §4.1.2, RFC 9207 §2"""
    page.goto(application.sign_in_url())
    type_password(page, person)
    press(page, "Allow")
    assert page.title() == "Arrived"
    answer = parameters(page.url)
    assert (answer["state"], answer["iss"]) == (STATE, stack.issuer)
    assert application.redeem(page.url)["id_token"]


def test_page_says_where_signing_in_leads(page, application):
    page.goto(application.sign_in_url())
    assert page.get_by_text(f"to continue to {NAME}").is_visible()


def test_wrong_password_and_unknown_user_get_the_same_words(page, application, person):
    """Nobody learns who has an account. ASVS §6.3.8"""
    page.goto(application.sign_in_url())
    words = []
    for username in (person.username, "nobody-at-all"):
        type_password(page, person._replace(username=username), "wrong")
        assert page.title().startswith("Error: "), "which a screen reader says first: WCAG 2.2 §2.4.2"
        words.append(page.get_by_role("alert").inner_text())
        assert page.get_by_label("Username").input_value() == username
        assert page.get_by_label("Password").input_value() == ""
        assert page.evaluate("document.activeElement.id") == "password"
    assert words[0] == words[1] == "The username or password is not right. Check both and try again."
    type_password(page, person)
    assert page.title().startswith("Allow access?")


def test_who_changes_their_mind_goes_back_with_nothing(page, application, stack):
    """RFC 6749 §4.1.2.1"""
    page.goto(application.sign_in_url())
    press(page, "Cancel")
    answer = parameters(page.url)
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", STATE, stack.issuer)
    assert page.context.cookies(stack.issuer)[0]["name"] == "__Host-browser", "and nobody is signed in"


def test_login_hint_is_filled_in(page, application, person):
    """OpenID Connect Core §3.1.2.1"""
    page.goto(application.sign_in_url(login_hint=person.username))
    assert page.get_by_label("Username").input_value() == person.username
    assert page.evaluate("document.activeElement.id") == "password"


@pytest.fixture
def cookies(page, application, person, stack):
    """Sign in, and return the cookies as the browser holds them."""
    sign_in(page, application.sign_in_url(), person)
    return {cookie["name"]: cookie for cookie in page.context.cookies(stack.issuer)}


def test_cookies_stay_with_the_issuer_and_out_of_reach_of_scripts(cookies, stack, page):
    """RFC 6265bis §4.1.3.2, RFC 9700 §4.7"""
    assert set(cookies) == {"__Host-browser", "__Host-session", "__Host-device"}
    attributes = {
        (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"], cookie["domain"])
        for cookie in cookies.values()
    }
    assert attributes == {(True, True, "Lax", "/", "127.0.0.1")}
    page.goto(f"{stack.issuer}/account")
    assert page.evaluate("document.cookie") == ""


def test_session_has_a_new_id_after_a_login(page, application, person, cookies, stack):
    """RFC 9700 §4.12, ASVS §7.2.4"""
    page.goto(application.sign_in_url(prompt="login"))
    type_password(page, person)
    renewed = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(stack.issuer)}
    assert renewed["__Host-session"] != cookies["__Host-session"]["value"]
