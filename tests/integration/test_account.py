"""The account page: a person's sessions, applications and password."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.integration.aws_wire import throttled, to
from tests.integration.registered import PASSWORD, SECRET
from tests.integration.visitor import (
    BROWSER,
    SESSION,
    Page,
    Visitor,
    error_to_client,
    is_consent,
    is_login,
    is_page,
    redeem,
    request_for,
)

PATH = "/account"
NEW = "a new and better password"


@pytest.fixture
def page(signed_in_visitor):
    """Return alice's account page."""
    return signed_in_visitor.open(PATH)


@pytest.fixture
def elsewhere(deployment):
    """Return another browser that alice is signed in with."""
    browser = Visitor(deployment)
    browser.sign_in(browser.open(PATH))
    return browser


def change(visitor, page, action, **fields):
    """Send one of the page's forms, whatever is in it."""
    token = Page(page.body).forms[0].fields["token"]
    return visitor.open(PATH, form={"token": token, "action": action, **fields})


def sessions_on(page):
    """Return the id of each session that a page shows."""
    return [form.fields["session_id"] for form in Page(page.body).forms if "session_id" in form.fields]


def has_session(visitor):
    return not is_login(visitor.open(PATH))


def test_whoever_is_not_signed_in_is_asked_who_it_is_and_gets_there(visitor):
    login = visitor.open(PATH)
    assert is_login(login)
    assert not [button for form in Page(login.body).forms for button in form.buttons if "cancel" in button]

    answer = visitor.sign_in(login)

    assert is_page(answer, 200)
    assert "alice" in answer.body


def test_the_page_shows_sessions_and_applications(deployment, signed_in_visitor, elsewhere, web, alice):  # noqa: ARG001 - it must be there
    deployment.put_user(replace(alice, claims={"email": "alice@example.com"}))
    signed_in_visitor.code(web)
    page = signed_in_visitor.open(PATH)

    assert len(set(sessions_on(page))) == 2
    assert page.body.count("This browser") == 1
    for text in ("alice@example.com", "Web", "See orders"):
        assert text in page.body
    assert {form.fields.get("client_id") for form in Page(page.body).forms} >= {"c_web"}


def test_the_page_says_when_a_session_was_last_used(signed_in_visitor, web, clock):
    """By an application; looking at the page is no use of it."""
    begun, used = clock(), clock() + 3600
    clock.advance(3600)
    signed_in_visitor.code(web)
    clock.advance(3600)

    times = re.findall(r'<time datetime="([^"]+)">', signed_in_visitor.open(PATH).body)

    assert [datetime.fromisoformat(each).timestamp() for each in times[:2]] == [begun, used]


@pytest.mark.attack("ATK-365")
def test_the_page_shows_no_name_of_a_session_that_could_be_used_as_one(deployment, page):
    """It is the hash of the secret."""
    (session_id,) = sessions_on(page)
    for value in (session_id, f"gs1_{session_id}"):
        thief = Visitor(deployment)
        thief.cookies[SESSION] = value
        assert not has_session(thief)


@pytest.mark.attack("ATK-295")
def test_names_are_shown_as_text(deployment, signed_in_visitor, web, alice):
    evil = "<script>alert(1)</script>"
    deployment.put_client(replace(web, client_name=evil))
    deployment.put_user(replace(alice, username="alice", claims={"email": evil}))
    signed_in_visitor.code(web)

    assert evil not in signed_in_visitor.open(PATH).body


def test_another_session_can_be_ended(deployment, signed_in_visitor, elsewhere, own_web):
    token = redeem(deployment, own_web, elsewhere.code(own_web)).json["refresh_token"]
    own = deployment.server("authorize").sessions
    (current,) = [s.session_id for s in own.of_subject("u_alice") if not s.grants]
    page = signed_in_visitor.open(PATH)
    (other,) = [name for name in sessions_on(page) if name != current]

    answer = change(signed_in_visitor, page, "end_session", session_id=other)

    assert answer.headers["location"] == "/account?notice=session_ended"
    assert "The session has been ended." in signed_in_visitor.follow(answer).body
    assert has_session(signed_in_visitor)
    assert not has_session(elsewhere)
    assert deployment.refresh(own_web, SECRET, token).error == (400, "invalid_grant")


def test_the_current_session_can_be_ended(signed_in_visitor, page):
    (current,) = sessions_on(page)

    answer = change(signed_in_visitor, page, "end_session", session_id=current)

    assert SESSION not in signed_in_visitor.cookies
    assert is_login(signed_in_visitor.follow(answer))


def test_every_session_can_be_ended_at_once(signed_in_visitor, elsewhere):
    answer = change(signed_in_visitor, signed_in_visitor.open(PATH), "end_all")

    assert is_login(signed_in_visitor.follow(answer))
    assert not has_session(elsewhere)


@pytest.mark.attack("ATK-279")
def test_nobody_ends_the_session_of_another_user(deployment, signed_in_visitor, page, bob):  # noqa: ARG001 - he must be there
    other = Visitor(deployment)
    other.sign_in(other.open(PATH), username="bob")
    (bobs,) = sessions_on(other.open(PATH))

    change(signed_in_visitor, page, "end_session", session_id=bobs)
    change(signed_in_visitor, page, "end_all")

    assert has_session(other)


@pytest.mark.parametrize("session_id", ["", "x", "../x", "é" * 600])
def test_a_session_that_is_not_there_is_ended_without_a_fault(signed_in_visitor, page, session_id):
    assert change(signed_in_visitor, page, "end_session", session_id=session_id).status == 303
    assert has_session(signed_in_visitor)


def test_an_application_can_be_removed(deployment, signed_in_visitor, elsewhere, web, own_web):
    """Its grants end in every session, with offline_access too, and it must ask again."""
    mine = redeem(deployment, web, signed_in_visitor.code(web)).json["refresh_token"]
    offline = redeem(deployment, web, elsewhere.code(web, scope="openid offline_access")).json["refresh_token"]
    other = redeem(deployment, own_web, elsewhere.code(own_web)).json["refresh_token"]

    answer = change(signed_in_visitor, signed_in_visitor.open(PATH), "remove_application", client_id="c_web")

    assert answer.headers["location"] == "/account?notice=application_removed"
    assert [deployment.refresh(web, SECRET, token).status for token in (mine, offline)] == [400, 400]
    assert deployment.refresh(own_web, SECRET, other).status == 200
    assert 'value="c_web"' not in signed_in_visitor.follow(answer).body
    assert is_consent(signed_in_visitor.open(request_for(web)))


def test_an_application_that_kept_access_after_logout_can_be_removed(deployment, signed_in_visitor, web):
    """Offline access outlives its session, and is found all the same."""
    offline = redeem(deployment, web, signed_in_visitor.code(web, scope="openid offline_access")).json["refresh_token"]
    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")
    offline = deployment.refresh(web, SECRET, offline).json["refresh_token"]
    page = signed_in_visitor.sign_in(signed_in_visitor.open(PATH))

    change(signed_in_visitor, page, "remove_application", client_id="c_web")

    assert deployment.refresh(web, SECRET, offline).error == (400, "invalid_grant")


def test_an_application_that_is_not_there_is_removed_without_a_fault(signed_in_visitor, page):
    for client_id in ("", "nobody", "é" * 300, "c" * 2000):
        assert change(signed_in_visitor, page, "remove_application", client_id=client_id).status in {303, 400}


# The password


def passwords(current=PASSWORD, new=NEW, **more):
    return {"current_password": current, "new_password": new, **more}


def signs_in(deployment, password):
    browser = Visitor(deployment, "192.0.2.1")
    browser.sign_in(browser.open(PATH), password=password)
    return SESSION in browser.cookies


def test_the_password_can_be_changed_and_ends_all_other_sessions(deployment, signed_in_visitor, elsewhere):
    page = signed_in_visitor.open(PATH)

    answer = change(signed_in_visitor, page, "change_password", **passwords(end_others="yes"))

    assert answer.headers["location"] == "/account?notice=password_changed"
    assert has_session(signed_in_visitor)
    assert not has_session(elsewhere)
    assert signs_in(deployment, NEW)
    assert not signs_in(deployment, PASSWORD)


def test_other_sessions_may_go_on(deployment, signed_in_visitor, elsewhere):
    change(signed_in_visitor, signed_in_visitor.open(PATH), "change_password", **passwords())

    assert has_session(elsewhere)
    assert signs_in(deployment, NEW)


def test_the_page_offers_to_end_the_others_unless_told_otherwise(page):
    (box,) = [given for tag, given in Page(page.body).tags if given.get("type") == "checkbox"]

    assert "checked" in box


@pytest.mark.parametrize("current", ["wrong", ""])
def test_the_present_password_is_asked_for(deployment, signed_in_visitor, page, current):
    answer = change(signed_in_visitor, page, "change_password", **passwords(current))

    assert answer.status == 400
    assert "The current password is not right" in answer.body
    assert signs_in(deployment, PASSWORD)


@pytest.mark.attack("ATK-285")
def test_the_present_password_cannot_be_guessed_at(signed_in_visitor, page, wire):
    """Whoever finds an open session does not find the password by it."""
    wire.clear()
    answers = [change(signed_in_visitor, page, "change_password", **passwords("wrong")) for _ in range(50)]

    looked_at, of_this_form = 5, 5
    assert wire.names.count("GetItem credentials") == looked_at + of_this_form
    assert [answer.status for answer in answers[:5]] == [400] * 5
    assert {answer.status for answer in answers[5:]} == {429}
    assert answers[-1].headers["retry-after"] == "1"


@pytest.mark.parametrize("new", ["", "short", "x" * 7])
def test_a_short_password_is_not_taken(deployment, signed_in_visitor, page, new):
    answer = change(signed_in_visitor, page, "change_password", **passwords(new=new))

    assert answer.status == 400
    assert "too short" in answer.body
    assert signs_in(deployment, PASSWORD)


@pytest.mark.attack("ATK-289")
@pytest.mark.parametrize("new", ["x" * 1025, "é" * 513])
def test_a_password_of_more_than_1024_bytes_is_not_taken(deployment, signed_in_visitor, page, new):
    """Nobody could sign in with it."""
    assert change(signed_in_visitor, page, "change_password", **passwords(new=new)).status == 400
    assert signs_in(deployment, PASSWORD)


@pytest.mark.attack("ATK-289")
@pytest.mark.parametrize("new", ["x" * 8, "x" * 1024, "é\N{SNOWMAN}\U0001f600" * 4, " leading and trailing "])
def test_any_other_password_is_taken_as_it_is(deployment, signed_in_visitor, page, new):
    assert change(signed_in_visitor, page, "change_password", **passwords(new=new)).status == 303
    assert signs_in(deployment, new)


@pytest.mark.attack("ATK-361")
def test_no_password_is_logged_or_shown(deployment, signed_in_visitor, page, log):
    answers = [
        change(signed_in_visitor, page, "change_password", **passwords("wrong-secret")),
        change(signed_in_visitor, page, "change_password", **passwords(new="x-secret-x")),
    ]

    assert "secret-x" not in log.text + "".join(answer.body for answer in answers) + str(
        deployment.items("credentials")
    )
    assert "wrong-secret" not in log.text + answers[0].body


# Who may change anything


def changes(page) -> dict[str, dict[str, Any]]:
    return {
        "end_session": {"session_id": sessions_on(page)[0]},
        "end_all": {},
        "remove_application": {"client_id": "c_web"},
        "change_password": passwords(end_others="yes"),
    }


@pytest.mark.parametrize("action", ["end_session", "end_all", "remove_application", "change_password"])
def test_a_sign_in_of_ten_minutes_ago_is_too_old_to_change_anything(
    deployment, signed_in_visitor, page, clock, web, action
):
    """Somebody may have left the browser open."""
    signed_in_visitor.code(web)
    before = [deployment.items(name) for name in ("grants", "credentials")]
    clock.advance(601)

    answer = change(signed_in_visitor, page, action, **changes(page)[action])

    assert is_login(answer)
    assert [deployment.items(name) for name in ("grants", "credentials")] == before
    assert "Nothing was changed yet" in answer.body
    assert Page(answer.body).forms[0].fields["username"] == "alice"
    assert is_page(signed_in_visitor.sign_in(answer), 200)


@pytest.mark.attack("ATK-276")
@pytest.mark.parametrize("action", ["end_session", "end_all", "remove_application", "change_password"])
def test_a_form_that_is_not_this_sessions_changes_nothing(deployment, signed_in_visitor, page, elsewhere, web, action):
    signed_in_visitor.code(web)
    other = Page(elsewhere.open(PATH).body).forms[0].fields["token"]
    own = Page(page.body).forms[0].fields["token"]
    before = [deployment.items(name) for name in ("grants", "credentials")]
    fields = {"action": action, **changes(page)[action]}

    for token in (None, "", "x", other, own[:-1] + ("A" if own[-1] != "A" else "B"), "gl1_" + own[4:]):
        form = {**fields, "token": token} if token is not None else fields
        assert is_page(signed_in_visitor.open(PATH, form=form))
    cookies = (f"{SESSION}={signed_in_visitor.cookies[SESSION]}", f"{BROWSER}=x")
    assert is_page(signed_in_visitor.open(PATH, form={**fields, "token": own}, cookies=cookies))
    assert is_page(signed_in_visitor.post_from_elsewhere(PATH, {**fields, "token": own}))

    assert [deployment.items(name) for name in ("grants", "credentials")] == before


@pytest.mark.parametrize("action", ["", "delete", "END_ALL"])
def test_an_unknown_change_is_refused(signed_in_visitor, page, action):
    assert is_page(change(signed_in_visitor, page, action))


@pytest.mark.parametrize("notice", ["password_changed", "x", "<script>", "session_ended&notice=x"])
def test_a_notice_is_one_of_ours_or_none(signed_in_visitor, notice):
    body = signed_in_visitor.open(f"{PATH}?notice={notice}").body

    assert "<script>" not in body
    assert ("Your password has been changed." in body) == (notice == "password_changed")


def test_a_session_of_the_password_grant_is_shown_and_can_be_ended(deployment, signed_in_visitor, sign_in, legacy):
    token = sign_in()["refresh_token"]
    page = signed_in_visitor.open(PATH)
    assert len(sessions_on(page)) == 2

    change(signed_in_visitor, page, "end_all")

    assert deployment.refresh(legacy, SECRET, token).error == (400, "invalid_grant")


def test_an_ended_session_is_not_shown(signed_in_visitor, elsewhere):
    elsewhere.submit(elsewhere.open("/oauth2/logout"), action="logout")

    assert len(sessions_on(signed_in_visitor.open(PATH))) == 1


def test_only_what_this_user_allowed_is_shown(deployment, signed_in_visitor, web, bob):  # noqa: ARG001 - he must be there
    other = Visitor(deployment)
    other.sign_in(other.open(PATH), username="bob")
    other.code(web)

    assert 'value="c_web"' not in signed_in_visitor.open(PATH).body
    consents = deployment.server("authorize").consents
    assert [consent.client_id for consent in consents.of_subject("u_bob")] == ["c_web"]


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("target", ["grants", "directory", "credentials"])
def test_an_outage_is_a_page(signed_in_visitor, wire, target):
    wire.clear()
    wire.fail(throttled, to(target))

    answer = signed_in_visitor.open(PATH)

    assert is_page(answer, 503)
    assert answer.headers["retry-after"] == "2"


def test_signing_out_everywhere_signs_out_of_clients_too(deployment, signed_in_visitor, own_web):
    """With offline_access as well: that is what everywhere means."""
    asked = ("openid orders:read", "openid offline_access")
    tokens = [redeem(deployment, own_web, signed_in_visitor.code(own_web, scope=scope)).json for scope in asked]

    change(signed_in_visitor, signed_in_visitor.open(PATH), "end_all")

    for given in tokens:
        assert deployment.refresh(own_web, SECRET, given["refresh_token"]).error == (400, "invalid_grant")
    assert error_to_client(signed_in_visitor.open(request_for(own_web, prompt="none"))) == "login_required"
