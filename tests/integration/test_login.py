"""The login page: who may send its form, what it answers, and how often. OpenID Connect Core §3.1.2.3"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.integration.aws_wire import answer_lost, throttled, to
from tests.integration.registered import PASSWORD
from tests.integration.visitor import (
    BROWSER,
    DEVICE,
    SESSION,
    Page,
    Visitor,
    answer_to_client,
    error_to_client,
    is_consent,
    is_login,
    is_page,
    request_for,
)

ALICE = {"username": "alice", "password": PASSWORD}
FREE_PER_ACCOUNT, FREE_PER_ADDRESS = 5, 20


@pytest.fixture
def login(visitor, web):
    """Return the login page of an authorization request."""
    return visitor.open(request_for(web))


@pytest.fixture
def guess(deployment):
    """Try a password in a fresh browser, or in a given one."""

    def guess(username="alice", password="wrong", *, address="198.51.100.1", browser=None, headers=None):
        browser = browser or Visitor(deployment, address)
        form = Page(browser.open("/account").body).forms[0]
        typed = {"username": username, "password": password}
        return browser.open(form.action, form={**form.fields, **typed}, headers=headers)

    return guess


def has_session(visitor):
    """Tell whether the account page lets this browser in."""
    return not is_login(visitor.open("/account"))


def without_seals(body):
    return re.sub(r'value="g[a-z]1_[^"]*"', "", body)


@pytest.mark.attack("ATK-245")
@pytest.mark.clause("RFC9700-2.1-3", "RFC9700-4.12-1", "OIDC-16.22-1")
def test_the_right_password_begins_a_session_and_goes_on_with_see_other(visitor, login):
    """303, so that the password is not sent on. RFC 9700 §4.12"""
    answer = visitor.submit(login, **ALICE)

    assert answer.status == 303
    assert answer.headers["location"].startswith("/oauth2/authorize?")
    assert PASSWORD not in answer.headers["location"]
    assert {SESSION, DEVICE, BROWSER} == set(visitor.cookies)
    assert is_consent(visitor.follow(answer))


@pytest.mark.parametrize("username", ["Alice", "ALICE"])
def test_a_name_may_be_typed_in_another_case(visitor, login, username):
    assert visitor.submit(login, username=username, password=PASSWORD).status == 303


@pytest.mark.clause("RFC6749-3.1-1")
def test_a_wrong_password_is_asked_for_again(visitor, login):
    again = visitor.submit(login, username="alice", password="wrong")

    assert again.status == 401
    assert Page(again.body).forms[0].fields["username"] == "alice"
    assert Page(again.body).forms[0].fields["password"] == ""
    assert SESSION not in visitor.cookies
    assert is_consent(visitor.sign_in(again))


@pytest.mark.parametrize("typed", [{"username": "", "password": PASSWORD}, {"username": "alice", "password": ""}])
def test_a_form_without_name_or_password_is_asked_for_again(visitor, login, typed):
    assert visitor.submit(login, **typed).status == 401
    assert SESSION not in visitor.cookies


@pytest.mark.attack("ATK-284")
def test_an_unknown_a_wrong_and_a_disabled_user_get_one_answer(deployment, visitor, login, bob):
    """Same status, headers and page, but for the name that was typed."""
    deployment.put_user(replace(bob, enabled=False))
    said = set()
    for username, password in [("alice", "wrong"), ("nobod", PASSWORD), ("bob", PASSWORD), ("bob", "wrong")]:
        answer = visitor.submit(login, username=username, password=password)
        body = without_seals(answer.body).replace(f'value="{username}"', "")
        said.add((answer.status, str(answer.headers), str(answer.cookies), body))

    assert len(said) == 1


@pytest.mark.attack("ATK-284")
@pytest.mark.attack("ATK-361")
def test_what_was_typed_is_neither_logged_nor_stored(deployment, visitor, login, log):
    """A password is easily typed into the field of the name."""
    visitor.submit(login, username="my-secret-one", password="my-secret-two")
    visitor.submit(login, **ALICE)

    assert "my-secret" not in log.text + str([deployment.items(name) for name in ("limits", "grants", "credentials")])
    assert PASSWORD not in log.text


@pytest.mark.attack("ATK-289")
@pytest.mark.parametrize("password", ["x" * 1025, "é" * 513, "x" * 60_000])
def test_a_password_of_more_than_1024_bytes_is_refused_before_it_costs_a_hash(visitor, login, wire, password):
    wire.clear()

    answer = visitor.submit(login, username="alice", password=password)

    assert answer.status == 400
    assert "longer than any can be" in answer.body
    assert Page(answer.body).forms[0].fields["username"] == "alice"
    assert wire.names == []
    assert SESSION not in visitor.cookies


@pytest.mark.attack("ATK-289")
@pytest.mark.parametrize("password", ["x" * 64, "x" * 128, "é\N{SNOWMAN}\U0001f600" * 8, "a\0b" * 4, "x" * 1024])
def test_a_long_or_unusual_password_is_taken_whole(deployment, visitor, login, alice, password):
    """Nothing is cut off."""
    hashing = deployment.server("authorize").hashing
    deployment.put_user(alice, hashing.hash(password))

    for other in (password[:-1], password + "x"):
        assert visitor.submit(login, username="alice", password=other).status in {400, 401}
    assert visitor.submit(login, username="alice", password=password).status == 303


@pytest.mark.parametrize(
    ("username", "status"), [("x" * 255, 400), ("\U0001d1c0" * 254, 400), ("a\0b", 401), ("x" * 60_000, 400)]
)
def test_a_name_that_no_store_can_hold_is_asked_for_again(visitor, login, username, status):
    answer = visitor.submit(login, username=username, password="x")

    assert answer.status == status
    assert is_login(answer)


# Who may send the form


@pytest.mark.attack("ATK-276")
@pytest.mark.parametrize("field", ["", "x", "gf1_", "gf1_" + "A" * 200, "gs1_" + "A" * 200])
def test_a_form_that_is_not_ours_is_refused(visitor, login, field):
    answer = visitor.submit(login, sign_in=field, **ALICE)

    assert is_page(answer)
    assert SESSION not in visitor.cookies


@pytest.mark.attack("ATK-276")
@pytest.mark.advisory("CVE-2026-7571")
@pytest.mark.parametrize("position", [4, 12, 40, 200, -1])
def test_a_form_that_was_changed_is_refused(visitor, login, position):
    """Also what is in it: the seal covers all of it."""
    field = Page(login.body).forms[0].fields["sign_in"]
    changed = list(field)
    changed[position] = "A" if field[position] != "A" else "B"

    assert is_page(visitor.submit(login, sign_in="".join(changed), **ALICE))
    assert SESSION not in visitor.cookies


@pytest.mark.attack("ATK-276")
@pytest.mark.advisory("CVE-2026-4282")
def test_what_is_sealed_for_another_form_is_no_login_form(signed_in_visitor):
    """The tag covers the prefix."""
    account = Page(signed_in_visitor.open("/account").body).forms[0].fields["token"]
    logout = Page(signed_in_visitor.open("/oauth2/logout").body).forms[0].fields["logout"]
    for sealed in (account, logout, signed_in_visitor.cookies[SESSION], signed_in_visitor.cookies[DEVICE]):
        for field in (sealed, "gf1_" + sealed[4:]):
            answer = signed_in_visitor.open("/login", form={"sign_in": field, **ALICE})
            assert is_page(answer)
            assert answer.cookies == []


@pytest.mark.attack("ATK-277")
@pytest.mark.attack("ATK-248")
@pytest.mark.clause("RFC6749-10.12-1", "OIDC-3.1.2.3-4")
@pytest.mark.advisory("CVE-2026-7507")
def test_an_attackers_form_does_not_sign_a_victim_in(deployment, visitor, web):
    """It is bound to the cookie of the browser that opened it: login CSRF. RFC 9700 §4.7"""
    attacker = Visitor(deployment)
    form = Page(attacker.open(request_for(web)).body).forms[0].fields
    visitor.open(request_for(web))

    answer = visitor.open("/login", form={**form, **ALICE})

    assert is_page(answer)
    assert "Continue in the browser you started with" in answer.body
    assert SESSION not in visitor.cookies


@pytest.mark.attack("ATK-277")
def test_without_the_cookie_of_the_browser_no_form_is_taken(visitor, login):
    """A form of another site comes without it; and so does one where cookies are off."""
    form = Page(login.body).forms[0].fields

    answer = visitor.post_from_elsewhere("/login", {**form, **ALICE})

    assert is_page(answer)
    assert "Cookies are switched off" in answer.body
    assert answer.cookies == []


@pytest.mark.attack("ATK-281")
def test_two_cookies_of_the_browser_are_none(visitor, login):
    """A subdomain, or a plain-http page, may have planted one of them."""
    form = {**Page(login.body).forms[0].fields, **ALICE}

    answer = visitor.open("/login", form=form, cookies=(*visitor.jar, f"{BROWSER}=x"))

    assert is_page(answer)


def test_a_form_that_lay_around_for_half_an_hour_has_expired(visitor, login, clock):
    clock.advance(1799)
    assert visitor.submit(login, username="alice", password="wrong").status == 401
    clock.advance(1)

    answer = visitor.submit(login, **ALICE)

    assert is_page(answer)
    assert "This page has expired" in answer.body
    assert SESSION not in visitor.cookies


def test_two_tabs_do_not_disturb_each_other(visitor, web):
    first, second = visitor.open(request_for(web, state="first")), visitor.open(request_for(web, state="second"))

    assert is_consent(visitor.sign_in(second))
    consent = visitor.sign_in(first)
    assert answer_to_client(visitor.submit(consent, action="allow"))["state"] == "first"


@pytest.mark.parametrize("path", ["/login", "/consent", "/account", "/oauth2/logout", "/oauth2/authorize"])
@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_a_form_comes_as_a_form_alone(signed_in_visitor, path, media_type):
    """What another page could send without asking is refused in any other type too."""
    answer = signed_in_visitor.open(path, form={"a": "b"}, headers={"content-type": media_type})

    assert is_page(answer)


def test_signing_in_begins_at_an_application(visitor):
    answer = visitor.open("/login")

    assert is_page(answer, 200)
    assert not is_login(answer)


# Sessions


@pytest.mark.attack("ATK-278")
@pytest.mark.advisory("CVE-2024-7341")
def test_a_session_is_never_one_that_the_browser_brought(deployment, signed_in_visitor):
    """Session fixation: its name is made anew at every sign-in. RFC 9700 §4.7"""
    planted = signed_in_visitor.cookies[SESSION]
    victim = Visitor(deployment)
    page = victim.open("/account")
    victim.cookies[SESSION] = planted

    victim.sign_in(page)

    assert victim.cookies[SESSION] != planted
    thief = Visitor(deployment)
    thief.cookies[SESSION] = planted
    assert not has_session(thief)
    assert has_session(victim)


@pytest.mark.attack("ATK-278")
def test_signing_in_again_ends_the_session_before_and_keeps_its_grants(deployment, visitor, web):
    visitor.code(web)
    (before,) = sessions_of(deployment, "u_alice")

    visitor.sign_in(visitor.open(request_for(web, prompt="login")))

    (after,) = sessions_of(deployment, "u_alice")
    assert after["session_id"] != before["session_id"]
    assert set(before["grants"]["SS"]) <= set(after["grants"]["SS"])


@pytest.mark.attack("ATK-279")
@pytest.mark.advisory("CVE-2025-12390")
def test_the_session_of_one_user_never_becomes_another_users(deployment, signed_in_visitor, bob, own_web):
    before = signed_in_visitor.cookies[SESSION]

    answer = signed_in_visitor.sign_in(
        signed_in_visitor.open(request_for(own_web, prompt="login")), username=bob.username
    )

    assert signed_in_visitor.cookies[SESSION] != before
    assert "code" in answer_to_client(answer)
    assert deployment.grant()["sub"]["S"] == "u_bob"
    assert {gid for item in sessions_of(deployment, "u_alice") for gid in item.get("grants", {}).get("SS", [])} == set()


@pytest.mark.attack("ATK-281")
@pytest.mark.clause("RFC6749-3.1-1", "OIDC-3.1.2.3-1")
@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
        lambda value: value[:20] + ("A" if value[20] != "A" else "B") + value[21:],
        lambda value: value[:-4],
        lambda value: value + "A",
        lambda _value: "x" * 10_000,
        lambda _value: "",
        lambda value: "gr1_" + value[4:],
        lambda value: f'"{value}"',
        lambda value: value.lower(),
    ],
)
def test_a_changed_cookie_is_no_session(signed_in_visitor, wire, change):
    """And costs no call."""
    signed_in_visitor.cookies[SESSION] = change(signed_in_visitor.cookies[SESSION])
    wire.clear()

    assert not has_session(signed_in_visitor)
    assert not [name for name in wire.names if name != "GetSecretValue grant_secret"]


@pytest.mark.attack("ATK-281")
def test_two_session_cookies_are_none(signed_in_visitor):
    own = f"{SESSION}={signed_in_visitor.cookies[SESSION]}"
    for cookies in ((own, f"{SESSION}=x"), (f"{SESSION}=x", own), (own, own)):
        assert is_login(signed_in_visitor.open("/account", cookies=cookies))


@pytest.mark.attack("ATK-297")
@pytest.mark.parametrize("idle", [12 * 3600, 13 * 3600])
def test_a_session_that_idled_for_half_a_day_is_over(deployment, signed_in_visitor, clock, idle):
    """Its item still lies there: the clock decides, not the clean-up."""
    clock.advance(idle)

    assert not has_session(signed_in_visitor)
    assert sessions_of(deployment, "u_alice")


@pytest.mark.attack("ATK-297")
def test_a_session_that_is_used_lasts_a_week_and_no_longer(signed_in_visitor, clock, own_web):
    for _ in range(16):
        clock.advance(10 * 3600)
        assert "code" in answer_to_client(signed_in_visitor.open(request_for(own_web, prompt="none")))
    clock.advance(7 * 86_400 - 160 * 3600 - 1)
    assert "code" in answer_to_client(signed_in_visitor.open(request_for(own_web, prompt="none")))
    clock.advance(1)

    assert error_to_client(signed_in_visitor.open(request_for(own_web, prompt="none"))) == "login_required"


def test_one_sign_in_is_good_for_every_client(deployment, signed_in_visitor, own_web):
    """Single sign-on."""
    other = deployment.put_client(replace(own_web, client_id="c_second"))
    for client in (own_web, other):
        assert "code" in answer_to_client(signed_in_visitor.open(request_for(client)))


def test_a_disabled_users_session_is_none(deployment, signed_in_visitor, own_web, alice):
    deployment.put_user(replace(alice, enabled=False))

    assert is_login(signed_in_visitor.open(request_for(own_web)))
    assert is_login(signed_in_visitor.open("/account"))
    assert error_to_client(signed_in_visitor.open(request_for(own_web, prompt="none"))) == "login_required"


# Cancelling


@pytest.mark.clause("OIDC-3.1.2.1-7")
def test_whoever_cancels_goes_back_to_the_client(visitor, login):
    """RFC 6749 §4.1.2.1"""
    assert error_to_client(visitor.submit(login, action="cancel")) == "access_denied"
    assert SESSION not in visitor.cookies


@pytest.mark.attack("ATK-236")
@pytest.mark.clause("OIDC-3.1.2.1-5")
@pytest.mark.advisory("CVE-2023-6787")
def test_cancelling_a_second_sign_in_changes_nothing(deployment, signed_in_visitor, web):
    before = (signed_in_visitor.cookies[SESSION], sessions_of(deployment, "u_alice"))
    page = signed_in_visitor.open(request_for(web, prompt="login"))

    assert error_to_client(signed_in_visitor.submit(page, action="cancel")) == "access_denied"

    assert (signed_in_visitor.cookies[SESSION], sessions_of(deployment, "u_alice")) == before
    assert has_session(signed_in_visitor)


@pytest.mark.clause("RFC9700-4.11.2-2")
def test_a_client_that_was_disabled_meanwhile_gets_nobody(deployment, visitor, login, web):
    deployment.put_client(replace(web, enabled=False))

    assert is_page(visitor.submit(login, **ALICE))
    assert SESSION not in visitor.cookies


def test_a_redirect_uri_that_was_taken_away_meanwhile_leads_nowhere(deployment, visitor, login, web):
    deployment.put_client(replace(web, redirect_uris=("https://app.example/new",)))

    assert is_page(visitor.submit(login, **ALICE))
    assert is_page(visitor.submit(login, action="cancel"))


# Limits


@pytest.mark.attack("ATK-285")
@pytest.mark.clause("RFC6749-10.10-1", "RFC6749-10.10-3")
@pytest.mark.advisory("CVE-2024-4629")
def test_of_a_hundred_guesses_five_are_looked_at(guess, wire):
    """Each is counted before it is looked at, in one conditional write."""
    wire.clear()
    answers = [guess(address=f"198.51.100.{number}") for number in range(100)]

    assert wire.names.count("GetItem credentials") == FREE_PER_ACCOUNT
    assert [answer.status for answer in answers] == [401] * FREE_PER_ACCOUNT + [429] * 95
    assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in answers[FREE_PER_ACCOUNT:])
    assert is_login(answers[-1])


@pytest.mark.attack("ATK-285")
def test_guesses_at_many_names_from_one_address_are_counted_together(guess, wire):
    """Passwords sprayed over accounts."""
    wire.clear()
    answers = [guess(f"user{number}") for number in range(100)]

    assert wire.names.count("GetItem credentials") == FREE_PER_ADDRESS
    assert [answer.status for answer in answers].count(401) == FREE_PER_ADDRESS
    assert guess("user0", address="198.51.100.2").status == 401


@pytest.mark.attack("ATK-287")
@pytest.mark.clause("RFC9700-4.13-1")
@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip"])
def test_an_address_is_what_api_gateway_saw(guess, header):
    for number in range(FREE_PER_ADDRESS):
        guess(f"user{number}", headers={header: f"192.0.2.{number}"})

    assert guess("user99", headers={header: "192.0.2.99"}).status == 429


@pytest.mark.attack("ATK-288")
def test_a_browser_that_the_user_signed_in_with_before_is_let_in_whatever_a_stranger_does(visitor, guess):
    """It has a count of its own, and so the user has."""
    visitor.sign_in(visitor.open("/account"))
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")
    for number in range(25):
        guess(address=f"198.51.100.{number}")
        guess(f"user{number}", address=visitor.address)

    assert guess(password=PASSWORD, address=visitor.address).status == 429
    assert guess(password=PASSWORD, browser=visitor).status == 303


@pytest.mark.attack("ATK-288")
def test_nobody_is_locked_out_for_longer_than_a_minute(guess, clock):
    for number in range(50):
        guess(address=f"198.51.100.{number}")
    assert guess(password=PASSWORD, address="192.0.2.1").status == 429
    clock.advance(60)

    assert guess(password=PASSWORD, address="192.0.2.1").status == 303


@pytest.mark.attack("ATK-288")
def test_the_count_of_a_known_browser_is_limited_too(visitor, guess):
    """Whoever has stolen it does not guess for ever."""
    visitor.sign_in(visitor.open("/account"))
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")
    answers = [guess(browser=visitor).status for _ in range(FREE_PER_ACCOUNT + 1)]

    assert answers == [401] * FREE_PER_ACCOUNT + [429]


@pytest.mark.attack("ATK-288")
def test_a_known_browser_is_known_for_its_user_alone(visitor, guess, bob):  # noqa: ARG001 - he must be there
    """Else one account of the attacker's own would open the way to all others."""
    visitor.sign_in(visitor.open("/account"))
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")
    for number in range(FREE_PER_ACCOUNT):
        guess("bob", address=f"198.51.100.{number}")

    assert guess("bob", browser=visitor).status == 429


@pytest.mark.attack("ATK-288")
@pytest.mark.parametrize("cookie", ["x", "gd1_" + "A" * 112, ""])
def test_a_forged_device_cookie_makes_no_known_browser(deployment, guess, cookie):
    for number in range(FREE_PER_ACCOUNT):
        guess(address=f"198.51.100.{number}")
    forger = Visitor(deployment, "192.0.2.1")
    forger.cookies[DEVICE] = cookie

    assert guess(browser=forger).status == 429


def test_a_right_password_gives_its_count_back(deployment, guess):
    for number in range(30):
        assert guess(password=PASSWORD, browser=Visitor(deployment, f"198.51.100.{number // 10}")).status == 303


def test_the_wait_grows_and_the_right_password_waits_too(guess, clock):
    for _ in range(FREE_PER_ACCOUNT):
        guess()
    waits = []
    for _ in range(7):
        refused = guess()
        assert guess(password=PASSWORD).status == 429
        waits.append(int(refused.headers["retry-after"]))
        clock.advance(waits[-1])
        assert guess().status == 401

    assert waits == [1, 2, 4, 8, 16, 32, 60]


def test_the_password_grant_and_the_login_page_count_apart(deployment, guess, legacy, secret):
    """A backend that guesses does not keep people out."""
    for _ in range(10):
        deployment.token(legacy, secret, grant_type="password", username="alice", password="wrong")

    assert guess(password=PASSWORD).status == 303


# Faults


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("target", ["limits", "credentials", "directory", "grants"])
def test_an_outage_is_a_page_and_no_wrong_password(visitor, login, wire, target):
    visitor.deployment.restart()
    wire.fail(throttled, to(target))

    answer = visitor.submit(login, **ALICE)

    assert is_page(answer, 503)
    assert answer.headers["retry-after"] == "2"
    assert SESSION not in visitor.cookies


@pytest.mark.parametrize("target", ["UpdateItem limits", "PutItem grants"])
def test_a_lost_answer_of_a_write_is_no_fault(visitor, login, wire, target):
    wire.fail(answer_lost, to(target), times=1)

    assert is_consent(visitor.follow(visitor.submit(login, **ALICE)))


def sessions_of(deployment, sub):
    items = deployment.items("grants")
    return [item for item in items if item["pk"]["S"] == f"SUBJECT#{sub}" and item["sk"]["S"].startswith("SESSION#")]
