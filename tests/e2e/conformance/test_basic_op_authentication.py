"""Basic OP: when the user is asked to sign in, and when not. OpenID Connect Core §3.1.2.1, §3.1.2.3"""

from __future__ import annotations

import secrets

from tests.e2e.conformance.conditions import authorization_response, id_token


def test_oidcc_prompt_login(relying_party, end_user, store):
    """With `prompt=login` the user is asked again, and `auth_time` grows

    The session is set back a minute, so that the two sign-ins do not fall into one second.
    """
    rp = relying_party()
    rp.authorize(end_user)
    store.set_sign_in_back(end_user.sub, 60)
    first = rp.authenticate(end_user)
    second = rp.authenticate(end_user, prompt="login")
    assert (first.visit.login, bool(second.visit.login)) == (None, True)
    id_token.has_a_later_sign_in_than(second.id_token, first.id_token)


def test_oidcc_prompt_none_not_logged_in(relying_party, end_user):
    """With `prompt=none` and nobody signed in the answer is `login_required` or the like, with a long state"""
    refused = relying_party().authorize(end_user, prompt="none", state=secrets.token_urlsafe(96))
    assert refused.visit.login is None
    authorization_response.is_an_error(refused.response, refused.asked, *authorization_response.INTERACTION)


def test_oidcc_prompt_none_logged_in(relying_party, end_user):
    """With `prompt=none` and a user signed in nothing is asked: the same user, the same `auth_time`"""
    rp = relying_party()
    first = rp.authenticate(end_user)
    second = rp.authenticate(end_user, prompt="none")
    assert second.visit.login is None
    id_token.has_the_sign_in_of(second.id_token, first.id_token)


def test_oidcc_max_age_1(relying_party, end_user, store):
    """With `max_age=1` a sign-in two seconds ago does not count: the user is asked again, and `auth_time` grows

    The suite waits two seconds; here the session is set back by as much.
    """
    rp = relying_party()
    rp.authorize(end_user)
    store.set_sign_in_back(end_user.sub, 2)
    first = rp.authenticate(end_user)
    second = rp.authenticate(end_user, max_age="1")
    assert (first.visit.login, bool(second.visit.login)) == (None, True)
    id_token.has_a_later_sign_in_than(second.id_token, first.id_token)


def test_oidcc_max_age_10000(relying_party, end_user):
    """With `max_age=10000` a sign-in just now counts: nothing is asked, `auth_time` is there and the same"""
    rp = relying_party()
    first = rp.authenticate(end_user, max_age="15000")
    second = rp.authenticate(end_user, max_age="10000")
    assert second.visit.login is None
    id_token.has_the_sign_in_of(second.id_token, first.id_token)


def test_oidcc_id_token_hint(relying_party, end_user):
    """With `prompt=none` and the ID token of the user who is signed in nothing is asked"""
    rp = relying_party()
    first = rp.authenticate(end_user)
    second = rp.authenticate(end_user, prompt="none", id_token_hint=first.id_token.value)
    id_token.has_the_sign_in_of(second.id_token, first.id_token)
