"""Whether a person is asked: prompt, max_age and id_token_hint. OpenID Connect Core §3.1.2.1"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.registered import SECRET
from tests.integration.tokens import OurKey, claims_of, compact, decode, ecdsa, encode, foreign_key, header_of, hs256
from tests.integration.visitor import (
    SESSION,
    Visitor,
    answer_to_client,
    error_to_client,
    is_consent,
    is_login,
    redeem,
    request_for,
)


@pytest.fixture
def id_token(deployment, signed_in_visitor, own_web):
    """Return alice's ID token."""
    return redeem(deployment, own_web, signed_in_visitor.code(own_web)).json["id_token"]


def auth_time(deployment, client, answer):
    return claims_of(redeem(deployment, client, answer_to_client(answer)["code"]).json["id_token"])["auth_time"]


@pytest.mark.attack("ATK-233")
@pytest.mark.clause("RFC6749-3.1-1", "RFC9700-4.11.2-3", "OIDC-3.1.2.1-4", "OIDC-3.1.2.3-1", "OIDC-3.1.2.3-3")
def test_none_without_a_session_is_login_required(visitor, own_web):
    """OpenID Connect Core §3.1.2.6"""
    assert error_to_client(visitor.open(request_for(own_web, prompt="none"))) == "login_required"


@pytest.mark.clause("OIDC-3.1.2.1-4", "OIDC-15.1-2")
def test_none_with_a_session_is_answered_at_once(signed_in_visitor, own_web):
    assert "code" in answer_to_client(signed_in_visitor.open(request_for(own_web, prompt="none")))


@pytest.mark.attack("ATK-233")
@pytest.mark.clause("OIDC-3.1.2.1-4", "OIDC-3.1.2.6-2")
def test_none_without_consent_is_consent_required(signed_in_visitor, web):
    """OpenID Connect Core §3.1.2.6"""
    assert error_to_client(signed_in_visitor.open(request_for(web, prompt="none"))) == "consent_required"


@pytest.mark.attack("ATK-233")
def test_none_with_less_consent_than_is_asked_for_is_consent_required(signed_in_visitor, web):
    signed_in_visitor.code(web, scope="openid")

    assert error_to_client(signed_in_visitor.open(request_for(web, prompt="none"))) == "consent_required"
    assert "code" in answer_to_client(signed_in_visitor.open(request_for(web, prompt="none", scope="openid")))


@pytest.mark.attack("ATK-234")
@pytest.mark.clause("OIDC-3.1.2.2-2")
@pytest.mark.parametrize(
    "prompt", ["none login", "login none", "none consent", "unknown", "create", "NONE", "login,consent"]
)
def test_a_prompt_that_makes_no_sense_is_invalid_request(signed_in_visitor, own_web, prompt):
    assert error_to_client(signed_in_visitor.open(request_for(own_web, prompt=prompt))) == "invalid_request"


@pytest.mark.attack("ATK-235")
@pytest.mark.clause("RFC9700-4.11.2-3", "OIDC-3.1.2.1-7", "OIDC-3.1.2.3-2", "OIDC-15.1-2")
@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent", "select_account login"])
def test_login_asks_for_the_password_whatever_session_there_is(deployment, signed_in_visitor, own_web, clock, prompt):
    """And auth_time is newer."""
    before = signed_in_visitor.cookies[SESSION]
    clock.advance(10)
    page = signed_in_visitor.open(request_for(own_web, prompt=prompt))
    assert is_login(page)

    answer = signed_in_visitor.sign_in(page)

    if "consent" in prompt:
        assert is_consent(answer)
        answer = signed_in_visitor.submit(answer, action="allow")
    assert auth_time(deployment, own_web, answer) == clock()
    assert signed_in_visitor.cookies[SESSION] != before


@pytest.mark.attack("ATK-235")
@pytest.mark.clause("OIDC-3.1.2.1-5")
def test_a_wrong_password_does_not_fall_back_on_the_session(signed_in_visitor, own_web):
    page = signed_in_visitor.open(request_for(own_web, prompt="login"))

    assert signed_in_visitor.sign_in(page, password="wrong").status == 401


@pytest.mark.clause("OIDC-3.1.2.1-6")
def test_consent_asks_for_consent_that_was_given(signed_in_visitor, web):
    signed_in_visitor.code(web)

    assert is_consent(signed_in_visitor.open(request_for(web, prompt="consent")))


@pytest.mark.attack("ATK-237")
@pytest.mark.clause("OIDC-3.1.2.2-2")
@pytest.mark.parametrize(
    "max_age", ["-1", "1.5", "abc", "1e3", "100000000000000000000", "+1", " 1", "\N{ARABIC-INDIC DIGIT ONE}"]
)
def test_a_max_age_that_is_no_number_of_seconds_is_invalid_request(signed_in_visitor, own_web, max_age):
    assert error_to_client(signed_in_visitor.open(request_for(own_web, max_age=max_age))) == "invalid_request"


@pytest.mark.attack("ATK-237")
@pytest.mark.clause("OIDC-3.1.2.1-8", "OIDC-3.1.2.1-9", "OIDC-15.1-6")
@pytest.mark.parametrize(("max_age", "passed"), [("0", 0), ("0", 1), ("1", 2), ("3600", 3601)])
def test_a_session_older_than_max_age_asks_for_the_password(
    deployment, signed_in_visitor, own_web, clock, max_age, passed
):
    """0 is prompt=login. OpenID Connect Core §3.1.2.1"""
    clock.advance(passed)
    url = request_for(own_web, max_age=max_age)
    assert error_to_client(signed_in_visitor.open(f"{url}&prompt=none")) == "login_required"
    page = signed_in_visitor.open(url)
    assert is_login(page)

    answer = signed_in_visitor.sign_in(page)

    assert auth_time(deployment, own_web, answer) == clock()


@pytest.mark.clause("OIDC-2-5", "OIDC-3.1.2.1-9")
@pytest.mark.parametrize(("max_age", "passed"), [("1", 1), ("3600", 3600), ("999999999", 40_000)])
def test_a_younger_session_is_good(deployment, signed_in_visitor, own_web, clock, max_age, passed):
    """And the ID token says when that was."""
    began = clock()
    clock.advance(passed)

    answer = signed_in_visitor.open(request_for(own_web, max_age=max_age))

    assert auth_time(deployment, own_web, answer) == began


def test_a_hint_at_the_user_who_is_signed_in_is_good(signed_in_visitor, own_web, id_token):
    url = request_for(own_web, prompt="none", id_token_hint=id_token)

    assert "code" in answer_to_client(signed_in_visitor.open(url))


def test_a_hint_may_have_expired(signed_in_visitor, own_web, id_token, clock):
    """OpenID Connect Core §3.1.2.1"""
    clock.advance(3600)
    url = request_for(own_web, prompt="none", id_token_hint=id_token)

    assert "code" in answer_to_client(signed_in_visitor.open(url))


@pytest.mark.clause("OIDC-3.1.2.1-10")
def test_a_hint_at_another_user_asks_who_it_is(deployment, own_web, id_token, bob):  # noqa: ARG001 - he must be there
    other = Visitor(deployment)
    other.sign_in(other.open("/account"), username="bob")

    assert error_to_client(other.open(request_for(own_web, prompt="none", id_token_hint=id_token))) == "login_required"
    assert is_login(other.open(request_for(own_web, id_token_hint=id_token)))


@pytest.mark.clause("OIDC-3.1.2.1-10")
def test_a_hint_at_another_user_is_not_satisfied_by_the_wrong_one(deployment, own_web, id_token, bob):  # noqa: ARG001 - he must be there
    other = Visitor(deployment)
    page = other.open(request_for(own_web, id_token_hint=id_token))

    assert is_login(other.sign_in(page, username="bob"))
    assert "code" in answer_to_client(other.sign_in(other.open(request_for(own_web, id_token_hint=id_token))))


@pytest.mark.attack("ATK-291")
@pytest.mark.clause("OIDC-3.1.2.2-4")
def test_a_hint_that_is_none_of_our_id_tokens_is_no_hint(deployment, signed_in_visitor, own_web, id_token, tokens):
    header, claims = header_of(id_token), claims_of(id_token)
    key = OurKey(deployment)
    head, body, signature = id_token.split(".")
    forged = [
        "x", "a.b.c", tokens["access_token"], f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA",
        compact(header, claims, ecdsa(foreign_key())),
        compact({**header, "alg": "none"}, claims, lambda _: b""),
        compact({**header, "alg": "HS256"}, claims, hs256(SECRET.encode())),
        compact({**header, "typ": "at+jwt"}, claims, ecdsa(key.private)),
        compact(header, {**claims, "iss": "https://evil.example"}, ecdsa(key.private)),
        compact(header, {**claims, "aud": ["c_own"]}, ecdsa(key.private)),
        f"{head}.{encode(str(decode(body)).encode())}.{signature}",
    ]  # fmt: skip
    for hint in forged:
        answer = signed_in_visitor.open(request_for(own_web, prompt="none", id_token_hint=hint))
        assert error_to_client(answer) == "login_required", hint


def test_a_login_hint_fills_in_the_name(visitor, own_web):
    page = visitor.open(request_for(own_web, login_hint="alice"))

    assert 'value="alice"' in page.body


@pytest.mark.attack("ATK-296")
def test_a_login_hint_without_measure_is_refused(visitor, own_web):
    assert error_to_client(visitor.open(request_for(own_web, login_hint="x" * 255))) == "invalid_request"


@pytest.mark.clause("OIDC-15.1-4")
@pytest.mark.parametrize(
    ("locales", "header", "language"),
    [
        ("de", "en", "de"),
        (None, "de-CH, en;q=0.5", "de"),
        ("xx de-AT en", "en", "de"),
        ("xx", "xx", "en"),
        (None, None, "en"),
    ],
)
def test_the_page_speaks_the_language_that_was_asked_for(visitor, own_web, locales, header, language):
    """OpenID Connect Core §3.1.2.1"""
    headers = {"accept-language": header} if header else {}

    answer = visitor.open(request_for(own_web, ui_locales=locales), headers=headers)

    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}"' in answer.body


def test_a_client_of_somebody_else_cannot_see_who_has_a_session(deployment, signed_in_visitor, web):
    """Whoever never allowed it anything looks to it like nobody, but for the name of the error."""
    stranger = deployment.put_client(replace(web, client_id="c_stranger"))
    told = answer_to_client(signed_in_visitor.open(request_for(stranger, prompt="none")))

    assert set(told) == {"error", "error_description", "state", "iss"}
    assert "alice" not in str(told)


def test_a_hint_that_cannot_be_read_asks_once_and_is_forgotten(signed_in_visitor, own_web):
    """A client may keep an ID token for longer than its key is published: nobody is asked for ever."""
    page = signed_in_visitor.open(request_for(own_web, id_token_hint="a.b.c"))
    assert is_login(page)

    assert "code" in answer_to_client(signed_in_visitor.sign_in(page))


def test_whoever_is_signed_in_as_somebody_else_is_told_why_they_are_asked(deployment, own_web, id_token, bob):
    other = Visitor(deployment)
    other.sign_in(other.open("/account"), username=bob.username)

    page = other.open(request_for(own_web, id_token_hint=id_token))

    assert "another account" in page.body
    assert is_login(other.sign_in(page, username=bob.username))
    assert "code" in answer_to_client(other.sign_in(page))
