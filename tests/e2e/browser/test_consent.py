"""The consent page. OpenID Connect Core §3.1.2.4"""

from __future__ import annotations

import pytest

from tests.e2e.browser.application import NAME, STATE
from tests.e2e.browser.steps import press, sign_in, type_password
from tests.e2e.person import parameters


@pytest.fixture
def asked(page, application, person):
    """Come as far as the question."""
    page.goto(application.sign_in_url())
    type_password(page, person)
    return page


def test_page_says_who_asks_and_for_what(asked, site, person):
    """The client's name and links, where the answer goes, and each scope in words. RFC 6749 §10.2"""
    text = asked.get_by_role("main").inner_text()
    assert f"{NAME} would like to:" in text
    assert f"Afterwards you go to {site.origin.removeprefix('http://')}." in text
    assert f"You are signed in as {person.username}." in text
    assert asked.get_by_role("list", name=f"{NAME} would like to:").get_by_role("listitem").all_inner_texts() == [
        "Recognise you, by an identifier of your account",
        "See your name and profile",
        "See your email address",
        "Keep this access while you are away, until you take it back",
        "See who you are",
    ]
    links = asked.get_by_role("list", name="About the application").get_by_role("link")
    assert {link.get_attribute("href") for link in links.all()} == {
        "https://album.example/",
        "https://album.example/privacy",
        "https://album.example/terms",
    }
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener noreferrer"}


def test_no_is_told_to_the_application(asked, stack):
    """RFC 6749 §4.1.2.1, RFC 9207 §2"""
    press(asked, "Do not allow")
    answer = parameters(asked.url)
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", STATE, stack.issuer)
    assert "code" not in answer


def test_no_is_not_remembered(asked, application):
    press(asked, "Do not allow")
    asked.goto(application.sign_in_url())
    assert asked.title().startswith("Allow access?")


def test_yes_is_remembered(asked, application):
    """The second time nothing is asked."""
    press(asked, "Allow")
    asked.goto(application.sign_in_url(state="the second time"))
    assert parameters(asked.url)["state"] == "the second time"


def test_question_is_asked_again_when_more_is_wanted(page, application, person):
    sign_in(page, application.sign_in_url(scope="openid profile"), person)
    page.goto(application.sign_in_url(scope="openid"))
    assert "code" in parameters(page.url)
    page.goto(application.sign_in_url(scope="openid profile email"))
    assert page.get_by_text("See your email address").is_visible()


def test_one_sign_in_is_enough_for_all_applications(page, application, make_application, person):
    """Another one is asked for consent, and not for a password; one of our own for nothing at all."""
    sign_in(page, application.sign_in_url(), person)
    page.goto(make_application(client_name="Calendar").sign_in_url())
    assert page.get_by_text("Calendar would like to:").is_visible()
    page.goto(make_application(first_party=True).sign_in_url())
    assert "code" in parameters(page.url)
