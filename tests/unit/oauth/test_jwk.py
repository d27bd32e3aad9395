from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gatelet.oauth.jwk import KEY_TYPES, private_key, public_jwk, public_key, thumbprint, to_jwk
from gatelet.oauth.jws import VerificationKey
from tests.unit.tokens import KEYS, PRIVATE_KEYS

RFC7638 = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3o"
    "knjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQv"
    "RL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
RFC8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MEMBERS = st.text(max_size=8) | st.sampled_from(
    ["EC", "RSA", "OKP", "P-256", "Ed25519", "ES256", "RS256", "none", "AQAB"]
)
ORACLES: dict[str, Any] = {"ES256": ECAlgorithm, "RS256": RSAAlgorithm, "EdDSA": OKPAlgorithm}


def der(key):
    """Return the bytes that a public key is, in nobody's dialect of JSON."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_the_thumbprint_of_rfc_7638():
    """RFC 7638 §3.1"""
    assert thumbprint(RFC7638) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_thumbprint_of_rfc_8037():
    """RFC 8037 appendix A.3"""
    assert thumbprint(RFC8037) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_public_half_of_rfc_8037():
    """RFC 8037 appendix A.2"""
    assert public_key(public_jwk(RFC8037, "EdDSA")) == private_key(RFC8037).public_key()


@pytest.mark.parametrize("alg", KEYS)
def test_a_thumbprint_is_of_the_public_members_alone(alg):
    """A private key and its public half have one kid. RFC 7638 §3.2"""
    private = KEYS[alg].material
    assert thumbprint(private) == thumbprint(public_jwk(private, alg)) == KEYS[alg].kid


@pytest.mark.parametrize("alg", KEYS)
def test_a_key_comes_back_from_its_jwk(alg):
    """RFC 7518 §6, RFC 8037 §2"""
    assert der(private_key(to_jwk(PRIVATE_KEYS[alg])).public_key()) == der(PRIVATE_KEYS[alg].public_key())
    assert der(public_key(public_jwk(to_jwk(PRIVATE_KEYS[alg]), alg))) == der(PRIVATE_KEYS[alg].public_key())


@pytest.mark.parametrize("alg", KEYS)
def test_another_library_reads_the_keys_that_we_publish(alg):
    oracle = ORACLES[alg].from_jwk(public_jwk(KEYS[alg].material, alg))
    assert der(oracle) == der(PRIVATE_KEYS[alg].public_key())


@pytest.mark.parametrize("alg", KEYS)
def test_a_private_key_is_written_as_another_library_writes_it(alg):
    """A number of RSA has as few bytes as it needs. RFC 7518 §2, §6.3.1.1"""
    oracle = json.loads(ORACLES[alg].to_jwk(PRIVATE_KEYS[alg]))
    oracle.pop("key_ops", None)
    assert to_jwk(PRIVATE_KEYS[alg]) == oracle


@given(st.integers(1, P256_ORDER - 1).map(lambda secret: ec.derive_private_key(secret, ec.SECP256R1())))
def test_any_elliptic_key_comes_back_and_another_library_reads_it(key):
    """RFC 7518 §6.2"""
    require_readable(key, "ES256")


@given(st.binary(min_size=32, max_size=32).map(Ed25519PrivateKey.from_private_bytes))
def test_any_edwards_key_comes_back_and_another_library_reads_it(key):
    """RFC 8037 §2"""
    require_readable(key, "EdDSA")


def require_readable(key, alg):
    public = public_jwk(to_jwk(key), alg)
    read = [private_key(to_jwk(key)).public_key(), public_key(public), ORACLES[alg].from_jwk(public)]
    assert {der(each) for each in read} == {der(key.public_key())}


@pytest.mark.parametrize("alg", KEYS)
@given(
    changes=st.dictionaries(st.sampled_from(["alg", "kty", "crv", "x", "y", "n", "e", "kid"]), MEMBERS, min_size=1),
    missing=st.sets(st.sampled_from(["alg", "kty", "crv", "x", "y", "n", "e", "kid"]), max_size=2),
)
def test_a_published_key_that_was_tampered_with_is_a_key_or_refused(alg, changes, missing):
    """One that is taken is of the type that its algorithm is bound to. RFC 8725 §3.1"""
    members = {**public_jwk(KEYS[alg].material, alg), **changes}
    jwk = {name: value for name, value in members.items() if name not in missing}
    try:
        key = VerificationKey(jwk)
    except (ValueError, KeyError):
        return
    assert (jwk["kty"], jwk.get("crv")) == KEY_TYPES[key.alg]


@pytest.mark.parametrize("name", ["x", "y"])
def test_a_coordinate_with_leading_zeros_keeps_its_32_bytes(name):
    """RFC 7518 §6.2.1.2"""
    keys = (ec.derive_private_key(secret, ec.SECP256R1()) for secret in range(1, 5000))
    key = next(key for key in keys if getattr(key.public_key().public_numbers(), name) < 2**248)
    jwk = to_jwk(key)
    assert jwk[name].startswith("A")
    assert [len(jwk[each]) for each in "xyd"] == [43, 43, 43]
    assert der(public_key(public_jwk(jwk, "ES256"))) == der(key.public_key())


@pytest.mark.attack("ATK-337")
@pytest.mark.parametrize("alg", KEYS)
def test_nothing_private_is_published(alg):
    """RFC 7517 §9.2"""
    private, public = KEYS[alg].material, public_jwk(KEYS[alg].material, alg)
    names = {"ES256": {"x", "y", "crv"}, "RS256": {"n", "e"}, "EdDSA": {"x", "crv"}}
    assert set(public) == {"kty", "kid", "use", "alg"} | names[alg]
    assert (public["use"], public["alg"], public["kid"]) == ("sig", alg, KEYS[alg].kid)
    secrets = {value for name, value in private.items() if name in {"d", "p", "q", "dp", "dq", "qi"}}
    assert secrets
    assert not secrets & set(public.values())
