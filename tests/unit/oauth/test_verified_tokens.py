"""A verifier with a memory decides as one without: it is only faster."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.oauth.access_token import verify_access_token
from gatelet.oauth.errors import InvalidToken, TemporarilyUnavailable
from gatelet.oauth.jwk import public_jwk
from gatelet.oauth.jws import VerificationKey
from gatelet.oauth.verified_tokens import VerifiedTokens
from tests.unit.tokens import ATTACKER, AUDIENCE, ISSUER, KEYS, NOW, base64url, claims, header, signed

JWKS = {key.kid: public_jwk(key.material, alg) for alg, key in KEYS.items()}
ES256 = KEYS["ES256"].kid


class Keys:
    """The published keys, which change, and how often one of them was used."""

    def __init__(self) -> None:
        self.uses = 0
        self.is_readable = True
        self._keys = {kid: Counted(jwk, self) for kid, jwk in JWKS.items()}

    def key(self, kid):
        if not self.is_readable:
            raise TemporarilyUnavailable("the published keys cannot be read")
        return self._keys.get(kid)

    def publish(self, kid, jwk=None):
        self._keys[kid] = Counted(jwk or JWKS[kid], self)

    def withdraw(self, kid):
        self._keys.pop(kid, None)


class Counted(VerificationKey):
    def __init__(self, jwk, keys):
        super().__init__(jwk)
        self._keys = keys

    def verifies(self, signing_input, signature):
        self._keys.uses += 1
        return super().verifies(signing_input, signature)


@pytest.fixture
def keys():
    return Keys()


def remembering(keys, most=1000):
    return VerifiedTokens(keys=keys, issuer=ISSUER, audience=AUDIENCE, most=most)


def outcome(verify):
    try:
        return verify()
    except (InvalidToken, TemporarilyUnavailable) as error:
        return type(error), error.detail


def test_a_signature_is_verified_once(keys):
    tokens, token = remembering(keys), signed()
    first = tokens.verify(token, NOW)
    assert [tokens.verify(token, NOW + second) for second in range(100)] == [first] * 100
    assert keys.uses == 1


def test_a_token_that_was_seen_expires_all_the_same(keys):
    """Design: until they expire. RFC 7519 §4.1.4"""
    tokens, token = remembering(keys), signed()
    tokens.verify(token, NOW + 899)
    for second in (900, 901, 5000):
        with pytest.raises(InvalidToken, match="expired"):
            tokens.verify(token, NOW + second)
    assert tokens._known == {}


def test_a_token_that_was_seen_is_refused_where_its_key_is_no_longer_published(keys):
    tokens, token = remembering(keys), signed()
    tokens.verify(token, NOW)
    keys.withdraw(ES256)
    with pytest.raises(InvalidToken, match="kid"):
        tokens.verify(token, NOW)
    keys.publish(ES256)
    assert tokens.verify(token, NOW)
    assert keys.uses == 2


def test_another_key_under_the_same_name_verifies_anew(keys):
    """An attacker's, say, that somebody published by mistake."""
    tokens, token = remembering(keys), signed()
    tokens.verify(token, NOW)
    numbers = ATTACKER.public_key().public_numbers()
    other = signed(key=ATTACKER)
    with pytest.raises(InvalidToken):
        tokens.verify(other, NOW)
    keys.publish(ES256, {**JWKS[ES256], "x": _text(numbers.x), "y": _text(numbers.y)})
    with pytest.raises(InvalidToken, match="signature"):
        tokens.verify(token, NOW)
    assert tokens.verify(other, NOW)


def test_a_token_that_was_seen_is_no_verdict_where_the_keys_cannot_be_read(keys):
    tokens, token = remembering(keys), signed()
    tokens.verify(token, NOW)
    keys.is_readable = False
    with pytest.raises(TemporarilyUnavailable):
        tokens.verify(token, NOW)


@pytest.mark.parametrize("change", [{"aud": "https://other.example"}, {"iss": "https://other.example"}])
def test_a_token_for_others_is_refused_each_time(keys, change):
    tokens, token = remembering(keys), signed(claims(**change))
    for _ in range(3):
        with pytest.raises(InvalidToken):
            tokens.verify(token, NOW)
    assert tokens._known == {}


def test_another_spelling_of_a_token_that_was_seen_is_another_token(keys):
    """Remembered is the whole text: no character of it may differ."""
    tokens, token = remembering(keys), signed()
    tokens.verify(token, NOW)
    for other in (token + "=", token + " ", token[:-1], token + "\udc00", token.upper(), "." + token):
        with pytest.raises(InvalidToken):
            tokens.verify(other, NOW)


def test_what_is_remembered_is_bounded_and_what_was_not_seen_for_longest_goes_first(keys):
    tokens = remembering(keys, most=3)
    texts = [signed(claims(jti=f"jti-{number}")) for number in range(4)]
    for text in (texts[0], texts[1], texts[2], texts[0], texts[3]):
        tokens.verify(text, NOW)
    assert keys.uses == 4
    for text in (texts[0], texts[2], texts[3]):
        tokens.verify(text, NOW)
    assert keys.uses == 4
    tokens.verify(texts[1], NOW)
    assert keys.uses == 5
    assert len(tokens._known) == 3


@pytest.mark.attack("ATK-009")
def test_refused_tokens_push_nothing_out(keys):
    tokens, token = remembering(keys, most=2), signed()
    tokens.verify(token, NOW)
    for number in range(10):
        with pytest.raises(InvalidToken):
            tokens.verify(signed(claims(jti=f"jti-{number}"), key=ATTACKER), NOW)
    uses = keys.uses
    tokens.verify(token, NOW)
    assert keys.uses == uses


TEXTS = [
    *(signed(claims(jti=f"{alg}-{n}"), header(alg), alg=alg) for alg in KEYS for n in range(2)),
    signed(claims(exp=NOW + 5)),
    signed(claims(iat=NOW + 100, exp=NOW + 200)),
    signed(claims(aud="https://other.example")),
    signed(key=ATTACKER),
    "not.a.token",
]
STEPS = st.one_of(
    st.tuples(st.just("verify"), st.sampled_from(TEXTS)),
    st.tuples(st.just("verify"), st.sampled_from(TEXTS)),
    st.tuples(st.just("withdraw"), st.sampled_from(sorted(JWKS))),
    st.tuples(st.just("publish"), st.sampled_from(sorted(JWKS))),
    st.tuples(st.just("outage"), st.booleans()),
    st.tuples(st.just("wait"), st.integers(-200, 900)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=40), st.integers(1, 4))
def test_whatever_happens_it_decides_as_one_that_remembers_nothing(steps, most):
    """Neither keys that come and go, nor time in either direction, nor an outage makes a difference."""
    keys = Keys()
    tokens, now = remembering(keys, most), NOW
    for step, what in steps:
        match step:
            case "withdraw":
                keys.withdraw(what)
            case "publish":
                keys.publish(what)
            case "outage":
                keys.is_readable = not what
            case "wait":
                now += what
            case _:
                with_memory = outcome(lambda: tokens.verify(what, now))  # noqa: B023 - called at once
                without = outcome(
                    lambda: verify_access_token(what, keys=keys, issuer=ISSUER, audience=AUDIENCE, now=now)  # noqa: B023
                )
                assert with_memory == without
        assert len(tokens._known) <= most


def _text(number):
    return base64url(number.to_bytes(32, "big"))
