"""What a new key is; how and where it is made is in `test_key_generation.py`."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatelet.oauth import base64url
from gatelet.oauth.jwk import private_key, thumbprint
from gatelet.oauth.key_generation import generate
from gatelet.oauth.seal import SEALS


@pytest.mark.parametrize(("alg", "kind"), [("ES256", ec.EllipticCurvePrivateKey), ("EdDSA", ed25519.Ed25519PrivateKey)])
def test_a_signing_key_is_of_its_algorithm_and_named_by_its_thumbprint(alg, kind):
    """RFC 7638 §1"""
    key = generate(alg, 17)
    assert isinstance(private_key(key.material), kind)
    assert key.kid == thumbprint(key.material)
    assert key.created_at == 17
    assert (key.retired_at, key.compromised) == (None, False)


@pytest.mark.attack("ATK-337")
def test_an_rsa_key_has_2048_bits_and_an_ec_key_lies_on_p_256():
    """RFC 7518 §3.3, §3.4"""
    generated = generate("RS256", 17)
    assert (generated.kid, generated.created_at) == (thumbprint(generated.material), 17)
    rsa_key, ec_key = private_key(generated.material), private_key(generate("ES256", 0).material)
    assert isinstance(rsa_key, rsa.RSAPrivateKey)
    assert isinstance(ec_key, ec.EllipticCurvePrivateKey)
    assert (rsa_key.key_size, rsa_key.public_key().public_numbers().e) == (2048, 65537)
    assert isinstance(ec_key.curve, ec.SECP256R1)


def test_a_handle_key_has_256_bits_and_an_id_of_four_bytes():
    """RFC 7518 §3.2"""
    key = generate(SEALS, 17)
    assert len(base64url.decode(key.material["k"])) == 32
    assert len(bytes.fromhex(key.kid)) == 4
    assert (key.created_at, key.retired_at, key.compromised) == (17, None, False)


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", SEALS])
def test_no_two_keys_are_alike(alg):
    assert len({generate(alg, 0).kid for _ in range(50)}) == 50


@pytest.mark.parametrize("alg", ["none", "HS256", "ES384", ""])
def test_no_key_is_made_for_an_algorithm_that_we_do_not_sign_with(alg):
    with pytest.raises(ValueError, match="no key"):
        generate(alg, 0)
