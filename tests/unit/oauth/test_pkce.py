from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.errors import InvalidGrant
from gatelet.oauth.pkce import CHALLENGE, NO_CHALLENGE, challenge_of

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


@pytest.mark.clause("RFC7636-4.2-1")
def test_the_example_of_the_specification_is_answered():
    """RFC 7636 appendix B"""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(st.text(UNRESERVED, min_size=43, max_size=128))
def test_a_challenge_is_the_base64url_of_the_verifiers_sha256(verifier):
    """RFC 7636 §4.2"""
    expected = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert challenge_of(verifier) == expected
    assert CHALLENGE.fullmatch(expected)


def test_no_verifier_answers_no_challenge():
    assert challenge_of(None) == NO_CHALLENGE
    assert not CHALLENGE.fullmatch(NO_CHALLENGE)


@pytest.mark.attack("ATK-119")
@pytest.mark.attack("ATK-120")
@given(st.text(max_size=140))
def test_any_text_is_a_verifier_or_invalid_grant(text):
    """RFC 7636 §4.1"""
    try:
        challenge_of(text)
    except InvalidGrant:
        return
    assert 43 <= len(text) <= 128
    assert set(text) <= set(UNRESERVED)
