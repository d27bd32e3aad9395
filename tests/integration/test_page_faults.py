"""What a person is told when something goes wrong on the way, and how they can go on."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from gatelet.handlers import authorize
from tests.integration.api_gateway import FORM, Answer, http_event
from tests.integration.aws_wire import from_, throttled, to
from tests.integration.registered import PASSWORD, SECRET
from tests.integration.visitor import (
    BROWSER,
    SESSION,
    Page,
    Visitor,
    answer_to_client,
    is_consent,
    is_login,
    is_page,
    redeem,
    request_for,
)

ALICE = {"username": "alice", "password": PASSWORD}
SUPPORT = "https://help.example/"


@pytest.fixture(autouse=True)
def _support(deployment):
    deployment.change_settings(support_url=SUPPORT)


@pytest.fixture
def login(visitor, web):
    """Return the login page of an authorization request."""
    return visitor.open(request_for(web))


@pytest.fixture
def consent(signed_in_visitor, web):
    """Return the page that asks alice what c_web may do."""
    return signed_in_visitor.open(request_for(web))


def says(answer, title, status=400):
    """Tell whether it is the page of this name, with the request id and the operator's support link."""
    assert is_page(answer, status), answer.body
    assert f"<h1>{title}</h1>" in answer.body
    assert "<code>request-" in answer.body
    return SUPPORT in links(answer)


def links(answer):
    return [given["href"] for tag, given in Page(answer.body).tags if tag == "a"]


def way_back(answer):
    """Return where the page says that the person can begin again."""
    (link,) = [given["href"] for tag, given in Page(answer.body).tags if "button" in given.get("class", "").split()
               and tag == "a"]  # fmt: skip
    return link


def has_no_way_back(answer):
    return links(answer).count(SUPPORT) == len(links(answer))


# Until client and redirect URI are good


@pytest.mark.attack("ATK-217")
def test_an_unknown_client_is_told_in_plain_words(visitor, web):
    answer = visitor.open(request_for(web, client_id="nobody"))

    assert says(answer, "This application is not known here")
    assert has_no_way_back(answer)


@pytest.mark.attack("ATK-219")
@pytest.mark.parametrize("uri", ["https://evil.example/", None])
def test_a_bad_redirect_uri_is_told_in_plain_words(visitor, web, uri):
    answer = visitor.open(request_for(web, redirect_uri=uri))

    assert says(answer, "This application is set up wrongly")
    assert has_no_way_back(answer)


def test_a_request_that_cannot_be_understood_says_why_to_whoever_made_it(visitor):
    """In a sentence of ours, never the caller's text. RFC 6749 §5.2"""
    answer = visitor.open("/oauth2/logout?state=1&state=2")

    assert says(answer, "This request cannot be understood")
    assert "state is given more than once" in answer.body


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/login", "/consent", "/oauth2/logout", "/account"])
def test_a_body_that_cannot_be_decoded_is_told_by_a_page(deployment, signed_in_visitor, path):
    """Nobody in front of a browser can read JSON."""
    event = http_event("POST", path, FORM, body=b"x", cookies=signed_in_visitor.jar)

    answer = Answer(authorize.handler.respond({**event, "body": "%"}, deployment.server("authorize")))

    assert says(answer, "This request cannot be understood")
    assert "the body cannot be decoded" in answer.body


# An expired page


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_an_expired_login_page_begins_again_with_the_same_request(visitor, web, clock, mode):
    """Nothing of it is lost: it travels in the form."""
    url = request_for(web, response_mode=mode, state="keep me", nonce="n", ui_locales="en")
    login = visitor.open(url)
    clock.advance(1800)

    answer = visitor.submit(login, **ALICE)

    assert says(answer, "This page has expired")
    assert parse_qs(urlsplit(way_back(answer)).query) == parse_qs(urlsplit(url).query)
    consent = visitor.sign_in(visitor.open(way_back(answer)))
    assert is_consent(consent)
    assert "keep me" in str(vars(visitor.submit(consent, action="allow"))).replace("+", " ")


def test_an_expired_consent_page_asks_again(signed_in_visitor, consent, clock):
    clock.advance(1800)
    answer = signed_in_visitor.submit(consent, action="allow")

    assert says(answer, "This page has expired")
    again = signed_in_visitor.open(way_back(answer))
    assert answer_to_client(signed_in_visitor.submit(again, action="allow"))["state"] == "s1"


def test_an_expired_login_to_the_account_leads_to_the_account(visitor, clock):
    login = visitor.open("/account")
    clock.advance(1800)

    assert way_back(visitor.submit(login, **ALICE)) == "/account"


@pytest.mark.parametrize("action", ["allow", "deny"])
def test_what_the_client_may_do_changed_while_a_page_was_open(deployment, signed_in_visitor, consent, web, action):
    """Beginning again tells the client."""
    deployment.put_client(replace(web, scope=("profile",)))

    answer = signed_in_visitor.submit(consent, action=action)

    assert is_page(answer)
    assert answer_to_client(signed_in_visitor.open(way_back(answer)))["error"] == "invalid_scope"


# The back button and the double click


def test_whoever_goes_back_to_the_login_page_and_sends_it_again_is_signed_in_once(visitor, login):
    first = visitor.submit(login, **ALICE)
    second = visitor.submit(login, **ALICE)

    assert [first.status, second.status] == [303, 303]
    assert is_consent(visitor.follow(second))
    sessions = visitor.deployment.server("authorize").sessions
    assert len(list(sessions.of_subject("u_alice"))) == 1


def test_whoever_goes_back_to_the_request_after_signing_in_goes_on(visitor, login, web):
    visitor.submit(login, **ALICE)

    assert is_consent(visitor.open(request_for(web)))


@pytest.mark.attack("ATK-253")
def test_a_consent_that_is_sent_twice_at_once_gives_the_same_code(signed_in_visitor, consent):
    answers = [signed_in_visitor.submit(consent, action="allow") for _ in range(2)]

    assert len({answer_to_client(answer)["code"] for answer in answers}) == 1


@pytest.mark.attack("ATK-247")
@pytest.mark.attack("ATK-253")
def test_a_consent_that_is_sent_again_later_is_already_done(deployment, signed_in_visitor, consent, web):
    """To give the code once more would make the client redeem it twice, which ends the grant."""
    code = answer_to_client(signed_in_visitor.submit(consent, action="allow"))["code"]
    token = redeem(deployment, web, code).json["refresh_token"]

    answer = signed_in_visitor.submit(consent, action="allow")

    assert says(answer, "This step is already done")
    assert deployment.refresh(web, SECRET, token).status == 200
    assert "code" in answer_to_client(signed_in_visitor.open(way_back(answer)))


def test_a_code_that_was_never_fetched_is_already_done_too(signed_in_visitor, consent, clock):
    signed_in_visitor.submit(consent, action="allow")
    clock.advance(60)

    assert says(signed_in_visitor.submit(consent, action="allow"), "This step is already done")


def test_a_logout_that_is_sent_twice_says_the_same_twice(signed_in_visitor):
    page = signed_in_visitor.open("/oauth2/logout")
    answers = [signed_in_visitor.submit(page, action="logout") for _ in range(2)]

    assert [is_page(answer, 200) and "You are signed out" in answer.body for answer in answers] == [True, True]


def change(visitor, page, action, **fields):
    token = Page(page.body).forms[0].fields["token"]
    return visitor.open("/account", form={"token": token, "action": action, **fields})


def test_a_new_password_that_is_sent_twice_is_changed(deployment, signed_in_visitor):
    """The second time the present password is the new one already."""
    page = signed_in_visitor.open("/account")
    typed = {"current_password": PASSWORD, "new_password": "a new and better password"}

    answers = [change(signed_in_visitor, page, "change_password", **typed) for _ in range(2)]

    assert {answer.headers["location"] for answer in answers} == {"/account?notice=password_changed"}
    wrong = change(signed_in_visitor, signed_in_visitor.open("/account"), "change_password", **typed)
    assert "The current password is not right" in wrong.body
    assert change(signed_in_visitor, page, "change_password", **{**typed, "current_password": "x"}).status == 303
    other = Visitor(deployment, "192.0.2.1")
    other.sign_in(other.open("/account"), password="a new and better password")
    assert SESSION in other.cookies


@pytest.mark.attack("ATK-396")
def test_a_new_password_whose_other_sessions_could_not_be_ended_is_made_up_for(deployment, signed_in_visitor, wire):
    elsewhere = Visitor(deployment)
    elsewhere.sign_in(elsewhere.open("/account"))
    page = signed_in_visitor.open("/account")
    typed = {"current_password": PASSWORD, "new_password": "a new and better password", "end_others": "yes"}
    wire.clear()
    wire.fail(throttled, lambda call: call.name == "Query grants")
    answer = change(signed_in_visitor, page, "change_password", **typed)
    assert says(answer, "Not available right now", 503)
    assert way_back(answer) == "/account"
    wire.clear()

    change(signed_in_visitor, page, "change_password", **typed)

    assert is_login(elsewhere.open("/account"))


@pytest.mark.parametrize("action", ["end_session", "end_all", "remove_application"])
def test_a_change_of_the_account_that_is_sent_twice_does_no_harm(signed_in_visitor, web, action):
    signed_in_visitor.code(web)
    page = signed_in_visitor.open("/account")
    fields = {"session_id": Page(page.body).forms[0].fields["session_id"], "client_id": "c_web"}

    first, second = (change(signed_in_visitor, page, action, **fields) for _ in range(2))

    assert first.status == 303
    assert second.status == (303 if action == "remove_application" else 401)


# Two tabs


@pytest.mark.attack("ATK-249")
@pytest.mark.parametrize("action", ["allow", "deny"])
def test_a_session_that_was_ended_in_another_tab(signed_in_visitor, consent, action):
    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")

    answer = signed_in_visitor.submit(consent, action=action)

    assert says(answer, "You are not signed in any more")
    again = signed_in_visitor.sign_in(signed_in_visitor.open(way_back(answer)))
    assert answer_to_client(signed_in_visitor.submit(again, action="allow"))["state"] == "s1"


@pytest.mark.attack("ATK-249")
@pytest.mark.parametrize("username", ["alice", "bob"])
def test_somebody_who_signed_in_anew_in_another_tab(signed_in_visitor, consent, web, bob, username):  # noqa: ARG001 - he must be there
    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(web, prompt="login")), username=username)

    answer = signed_in_visitor.submit(consent, action="allow")

    assert says(answer, "Somebody signed in meanwhile")
    again = signed_in_visitor.open(way_back(answer))
    assert is_consent(again)
    assert f'signed in as <bdi class="name">{username}</bdi>' in again.body


def test_a_logout_page_of_somebody_elses_session_ends_none(signed_in_visitor, bob, own_web):
    """Nor does it say so, or let the browser forget the session that there is."""
    page = signed_in_visitor.open("/oauth2/logout")
    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(own_web, prompt="login")), username=bob.username)

    answer = signed_in_visitor.submit(page, action="logout")

    assert says(answer, "Somebody signed in meanwhile")
    assert way_back(answer) == "/oauth2/logout"
    assert not is_login(signed_in_visitor.open("/account"))


@pytest.mark.parametrize("username", ["alice", "bob"])
def test_an_account_page_of_somebody_elses_session_changes_nothing(signed_in_visitor, bob, own_web, username):  # noqa: ARG001 - he must be there
    page = signed_in_visitor.open("/account")
    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(own_web, prompt="login")), username=username)

    answer = change(signed_in_visitor, page, "end_all")

    assert says(answer, "Somebody signed in meanwhile")
    assert way_back(answer) == "/account"
    assert not is_login(signed_in_visitor.open("/account"))


def test_a_change_of_the_account_after_the_session_ended_in_another_tab(signed_in_visitor):
    page = signed_in_visitor.open("/account")
    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")

    answer = change(signed_in_visitor, page, "end_all")

    assert (answer.status, is_login(answer)) == (401, True)
    assert "You are not signed in any more, so nothing was changed." in answer.body
    assert is_page(signed_in_visitor.sign_in(answer), 200)


# Cookies


@pytest.mark.attack("ATK-277")
def test_cookies_that_are_off_are_told_at_every_form(signed_in_visitor, login, consent):
    visitor = signed_in_visitor
    forms = {
        "/login": login,
        "/consent": consent,
        "/account": visitor.open("/account"),
        "/oauth2/logout": visitor.open("/oauth2/logout"),
    }
    for path, page in forms.items():
        form = Page(page.body).forms[0].fields
        answer = visitor.post_from_elsewhere(path, {**form, **ALICE, "action": "allow"})
        assert says(answer, "Cookies are switched off"), path
        assert answer.cookies == []
        assert way_back(answer).startswith(path if path in {"/account", "/oauth2/logout"} else "/oauth2/authorize?")


@pytest.mark.attack("ATK-248")
def test_a_browser_that_was_closed_meanwhile_begins_again(visitor, login):
    """Its cookie went with it, and another page brought a new one."""
    del visitor.cookies[BROWSER]
    visitor.open("/account")

    answer = visitor.submit(login, **ALICE)

    assert says(answer, "Continue in the browser you started with")
    assert is_consent(visitor.sign_in(visitor.open(way_back(answer))))


# Outages


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("target", ["directory", "grants", "credentials", "limits"])
def test_after_an_outage_the_person_can_try_again(visitor, login, wire, target):
    wire.clear()
    wire.fail(throttled, to(target))
    answer = visitor.submit(login, **ALICE)

    assert says(answer, "Not available right now", 503)
    wire.clear()
    assert is_consent(visitor.sign_in(visitor.open(way_back(answer))))


@pytest.mark.attack("ATK-395")
def test_an_outage_while_the_apis_are_read_is_no_expired_page(deployment, visitor, login, wire):
    deployment.restart()
    wire.clear()
    wire.fail(throttled, lambda call: call.name == "Query directory")

    assert says(visitor.submit(login, **ALICE), "Not available right now", 503)


@pytest.mark.attack("ATK-395")
def test_an_outage_at_the_request_itself_offers_the_same_request(deployment, visitor, web, wire):
    deployment.restart()
    wire.fail(throttled, from_(0))
    url = request_for(web)
    answer = visitor.open(url)

    assert says(answer, "Not available right now", 503)
    assert way_back(answer) == url


@pytest.mark.attack("ATK-395")
def test_a_fault_of_ours_is_told_without_any_detail(visitor, login, wire):
    wire.clear()
    wire.fail(lambda _send: 1 / 0, to("credentials"))

    answer = visitor.submit(login, **ALICE)

    assert says(answer, "Something went wrong", 500)
    assert "ZeroDivision" not in answer.body
    assert has_no_way_back(answer)
