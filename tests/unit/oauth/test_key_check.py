from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from gatelet.oauth import base64url
from gatelet.oauth.jwk import thumbprint, to_jwk
from gatelet.oauth.key_check import check_handle_keys, check_signing_keys
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import Key, KeyRing, KeySet
from gatelet.oauth.seal import SEALS
from tests.unit.tokens import KEYS

OTHER = generate("ES256", 0)


def key_set(alg="ES256", **changes):
    return KeySet(version=1, rings={alg: replace(KeyRing(next=generate(alg, 0), current=generate(alg, 0)), **changes)})


def rsa_key(bits):
    jwk = to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=bits))
    return Key(kid=thumbprint(jwk), created_at=0, material=jwk)


def damaged(key, **members):
    """Return a key whose material was changed, under the kid that fits."""
    material = {**key.material, **members}
    return replace(key, kid=thumbprint(material), material=material)


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256"])
def test_keys_that_verify_what_they_sign_pass(alg):
    check_signing_keys(KeySet(version=1, rings={alg: KeyRing(next=KEYS[alg], current=generate(alg, 0))}))


@pytest.mark.attack("ATK-348")
@pytest.mark.parametrize("place", ["next", "current", "retired"])
@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(damaged(KEYS["ES256"], x=OTHER.material["x"], y=OTHER.material["y"]), id="public half of another"),
        pytest.param(damaged(KEYS["ES256"], d=OTHER.material["d"]), id="private half of another"),
        pytest.param(damaged(KEYS["ES256"], y=OTHER.material["y"]), id="no point of the curve"),
        pytest.param(damaged(KEYS["ES256"], crv="P-384"), id="another curve"),
        pytest.param(KEYS["EdDSA"], id="key of another algorithm"),
        pytest.param(replace(KEYS["ES256"], kid=OTHER.kid), id="kid of another key"),
        pytest.param(replace(KEYS["ES256"], kid=""), id="no kid"),
    ],
)
def test_one_key_that_does_not_verify_what_it_signs_fails_the_whole_set(place, bad):
    """The rotation stops before anything depends on it. RFC 7518 §3.4"""
    with pytest.raises((ValueError, TypeError)):
        check_signing_keys(key_set(**{place: (bad,) if place == "retired" else bad}))


@pytest.mark.attack("ATK-348")
def test_a_key_in_another_spelling_fails_though_pyjwt_would_take_it():
    """Members are base64url without padding. RFC 7515 §2, RFC 7518 §6.2.1.2"""
    padded = damaged(KEYS["ES256"], x=KEYS["ES256"].material["x"] + "=")
    with pytest.raises(ValueError, match="base64url"):
        check_signing_keys(key_set(current=padded))


@pytest.mark.attack("ATK-348")
def test_a_key_that_another_library_does_not_read_fails_though_we_would_take_it():
    """Each coordinate has 32 bytes, also where both together have the right 64. RFC 7518 §6.2.1.2"""
    point = base64url.decode(KEYS["ES256"].material["x"]) + base64url.decode(KEYS["ES256"].material["y"])
    cut = damaged(KEYS["ES256"], x=base64url.encode(point[:33]), y=base64url.encode(point[33:]))
    with pytest.raises(ValueError, match="PyJWT does not take what"):
        check_signing_keys(key_set(current=cut))


@pytest.mark.attack("ATK-348")
def test_an_rsa_key_of_fewer_than_2048_bits_fails():
    """RFC 7518 §3.3"""
    with pytest.raises(ValueError, match="1024 bits"):
        check_signing_keys(KeySet(version=1, rings={"RS256": KeyRing(next=KEYS["RS256"], current=rsa_key(1024))}))


@pytest.mark.attack("ATK-337")
def test_two_keys_of_one_kid_fail():
    """RFC 7517 §4.5"""
    key = generate("ES256", 0)
    with pytest.raises(ValueError, match="one kid"):
        check_signing_keys(key_set(next=key, current=key))


def test_handle_keys_that_open_what_they_seal_pass():
    check_handle_keys(key_set(SEALS))


@pytest.mark.attack("ATK-348")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"material": {"k": "not base64url!"}}, id="no base64url"),
        pytest.param({"material": {"k": ""}}, id="empty"),
        pytest.param({"material": {"k": base64url.encode(b"x" * 16)}}, id="128 bits"),
        pytest.param({"kid": "not hexadecimal"}, id="no key id"),
        pytest.param({"kid": "00112233445566"}, id="a longer key id"),
    ],
)
def test_a_handle_key_that_cannot_be_used_fails(changes):
    """An HMAC key is as long as its hash. RFC 7518 §3.2"""
    with pytest.raises(ValueError):  # noqa: PT011
        check_handle_keys(key_set(SEALS, current=replace(generate(SEALS, 0), **changes)))
