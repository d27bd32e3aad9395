"""ES256 by a scheme object of ours: the bytes and the verdicts must be those of `cryptography`'s own. RFC 7518 §3.4"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.oauth.jwa import COORDINATE, ES256

KEY = ec.derive_private_key(0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, ec.SECP256R1())
"""The key of RFC 6979 §A.2.5."""
SAMPLE = (
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)
"""r and s of its signature of "sample" with SHA-256."""
STOCK = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
OURS = ES256()
FUNCTIONS = str(Path(__file__).parents[3] / "functions")


def stock_verdict(message: bytes, signature: bytes) -> bool:
    r, s = int.from_bytes(signature[:COORDINATE], "big"), int.from_bytes(signature[COORDINATE:], "big")
    try:
        KEY.public_key().verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def test_a_signature_is_the_one_that_the_specification_prints():
    """RFC 6979 §A.2.5: the nonce is of the key and the message, and of nothing random."""
    assert OURS.sign(KEY, b"sample").hex() == SAMPLE


@given(message=st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_a_signature_is_the_one_of_the_stock_scheme(message):
    r, s = decode_dss_signature(KEY.sign(message, STOCK))

    assert OURS.sign(KEY, message) == r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")


@given(message=st.binary(max_size=50), position=st.integers(0, 63), change=st.integers(0, 255), other=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_verdict_is_the_one_of_the_stock_scheme(message, position, change, other):
    """Over signatures of which a byte was changed, or none, of this message and of another."""
    signature = bytearray(OURS.sign(KEY, b"another" if other else message))
    signature[position] ^= change

    verdict = OURS.verify(KEY.public_key(), message, bytes(signature))
    assert verdict == stock_verdict(message, bytes(signature))
    assert verdict == (change == 0 and (not other or message == b"another"))


@pytest.mark.attack("ATK-041")
def test_a_half_of_a_signature_has_32_bytes_and_no_zero_before_it():
    """It would be the same number, and another spelling of the token. RFC 7518 §3.4"""
    right = bytes.fromhex(SAMPLE)
    assert OURS.verify(KEY.public_key(), b"sample", right)
    assert not OURS.verify(KEY.public_key(), b"sample", right[:32] + b"\0" + right[32:])


def test_what_a_scheme_was_not_made_with_is_not_there():
    """A version of `cryptography` that reads anything else of it fails, and verifies nothing wrongly."""
    scheme = ES256._scheme
    assert isinstance(scheme, ec.ECDSA)
    assert not vars(scheme)
    for name in vars(STOCK):
        with pytest.raises(AttributeError):
            getattr(scheme, name)


def test_a_scheme_that_hides_its_hash_is_refused_by_cryptography():
    """What is read of a scheme is its hash: without one there is an error, never a verdict."""

    class Hidden(ec.ECDSA):
        def __init__(self):
            pass

    signature = KEY.sign(b"sample", STOCK)
    with pytest.raises(AttributeError):
        KEY.public_key().verify(signature, b"sample", Hidden())
    with pytest.raises(AttributeError):
        KEY.sign(b"sample", Hidden())


def test_to_verify_and_to_sign_loads_no_module_for_that_one_question():
    """`cryptography.hazmat.backends.openssl.backend`: 23 million instructions of a cold start."""
    program = (
        "import sys; from gatelet.oauth.jwa import ALGORITHMS, ec;"
        "key = ec.derive_private_key(1, ec.SECP256R1()); signature = ALGORITHMS['ES256'].sign(key, b'');"
        "assert ALGORITHMS['ES256'].verify(key.public_key(), b'', signature); print(*sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": FUNCTIONS}
    )
    assert "cryptography.hazmat.backends.openssl.backend" not in run.stdout.split()
