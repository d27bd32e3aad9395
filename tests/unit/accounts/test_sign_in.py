from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from gatelet.accounts.sign_in import SignIn, SignInRefused, fingerprint, open_sign_in, unseal_sign_in
from gatelet.oauth import base64url
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.seal import SEALS, BrokenSeal, Seals

KEY_SEALS = Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0)))
NOW = 1_800_000_000
SIGN_IN = SignIn(id="i", parameters={"client_id": "c_app"}, browser="", started_at=NOW, scope=[]).bound_to("cookie")
FORM = SIGN_IN.seal(KEY_SEALS)


def refused(field=FORM, browser="cookie", now=NOW):
    with pytest.raises(SignInRefused) as refusal:
        open_sign_in(KEY_SEALS, field, browser, now)
    return refusal.value.reason, refusal.value.sign_in


@pytest.mark.parametrize("more", [{}, {"session_id": "s", "scope": ["a", "b"]}])
def test_a_form_says_what_was_sealed_for_half_an_hour(more):
    sign_in = replace(SIGN_IN, **more)
    for passed in (0, 1799):
        assert open_sign_in(KEY_SEALS, sign_in.seal(KEY_SEALS), "cookie", NOW + passed) == sign_in


def test_a_form_names_no_session_and_no_scope_before_the_password_was_right():
    begun = SignIn(id="i", parameters={}, browser="", started_at=NOW)
    assert (begun.session_id, list(begun.scope)) == (None, [])


def test_a_form_is_for_this_use_alone_and_no_larger_than_it_must_be():
    assert FORM.startswith("gf1_")
    body = KEY_SEALS.open("gf1_", FORM)
    assert body == json.dumps(json.loads(body), separators=(",", ":")).encode()


@pytest.mark.parametrize("field", [None, "", "x", FORM[:-5], KEY_SEALS.seal("gs1_", b"{}")])
def test_what_we_did_not_seal_as_a_form_says_nothing(field):
    assert refused(field) == ("invalid_request", None)


def test_a_form_without_the_browsers_cookie_is_told_to_allow_cookies():
    assert refused(browser=None) == ("cookies_off", SIGN_IN)


def test_a_form_of_another_browser_is_refused_before_anything_else_of_it_counts():
    assert refused(browser="another") == ("wrong_browser", SIGN_IN)
    assert refused(browser="", now=NOW + 1800) == ("wrong_browser", SIGN_IN)


@pytest.mark.parametrize("passed", [1800, 1801])
def test_a_form_expires_and_may_be_begun_again(passed):
    assert refused(now=NOW + passed) == ("expired", SIGN_IN)


def test_a_form_holds_no_cookie_but_its_hash():
    assert SIGN_IN.browser == fingerprint("cookie") == base64url.encode(hashlib.sha256(b"cookie").digest())


def test_a_sign_in_leads_to_one_grant_whoever_sends_it_how_often():
    secret = SIGN_IN.grant_secret(KEY_SEALS)
    assert secret == KEY_SEALS.derive("gg1_", b"i")[:16]
    assert secret == unseal_sign_in(KEY_SEALS, FORM).grant_secret(KEY_SEALS)
    assert secret != replace(SIGN_IN, id="j").grant_secret(KEY_SEALS)


def test_what_is_not_sealed_cannot_be_unsealed():
    with pytest.raises(BrokenSeal):
        unseal_sign_in(KEY_SEALS, "x")


def test_a_refusal_names_its_reason():
    assert str(SignInRefused("expired")) == "expired"
