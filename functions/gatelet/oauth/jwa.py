"""The algorithms that sign tokens. RFC 7518 §3, RFC 8037 §3.1"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

COORDINATE = 32
"""Bytes of each half of an ES256 signature. RFC 7518 §3.4"""
ED25519_SIGNATURE = 64


class Algorithm(Protocol):
    """One algorithm; its keys are of the one type that it is bound to."""

    def sign(self, key: Any, message: bytes) -> bytes:  # noqa: ANN401 - of the type of the algorithm
        """Return the signature as a token has it."""

    def verify(self, key: Any, message: bytes, signature: bytes) -> bool:  # noqa: ANN401
        """Tell whether the key made the signature, spelled in the one way that is right."""


class _Ecdsa(ec.ECDSA):
    """The same as `ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)`, made without its constructor.

    That asks whether OpenSSL can sign so, and imports a module for it that a verifier has no other use for: 23 of the
    85 million instructions that the authorizer's start executed above its base. The locked version can: a test
    compares what it signs and verifies with what the constructor's object does.
    """

    algorithm = Prehashed(hashes.SHA256())
    deterministic_signing = True

    def __init__(self) -> None:
        """Leave the constructor of the base out: whatever else of it is read is not there, and raises."""


class ES256:
    """ECDSA on P-256; the nonce comes from the key and the message. RFC 7518 §3.4, RFC 6979

    `hashlib` hashes the message: `cryptography` takes 1.7 us to do it, of which that saves 1.
    """

    _scheme = _Ecdsa()

    def sign(self, key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
        """Return r and s; the generator of random numbers is not asked."""
        r, s = decode_dss_signature(key.sign(hashlib.sha256(message).digest(), self._scheme))
        return r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")

    def verify(self, key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
        """Take r and s of 32 bytes each; OpenSSL looks at their range."""
        if len(signature) != 2 * COORDINATE:
            return False
        r, s = int.from_bytes(signature[:COORDINATE], "big"), int.from_bytes(signature[COORDINATE:], "big")
        try:
            key.verify(encode_dss_signature(r, s), hashlib.sha256(message).digest(), self._scheme)
        except InvalidSignature:
            return False
        return True


class RS256:
    """RSASSA-PKCS1-v1_5. RFC 7518 §3.3"""

    def sign(self, key: Any, message: bytes) -> bytes:  # noqa: ANN401
        """Return the signature, as long as the modulus."""
        return bytes(key.sign(message, *self._scheme()))

    def verify(self, key: Any, message: bytes, signature: bytes) -> bool:  # noqa: ANN401
        """Take a signature that is as long as the modulus."""
        if len(signature) != (key.key_size + 7) // 8:
            return False
        try:
            key.verify(signature, message, *self._scheme())
        except InvalidSignature:
            return False
        return True

    def _scheme(self) -> tuple[Any, Any]:
        # Imported where there is an RSA key: what it imports costs a cold start more than ES256 does.
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

        return padding.PKCS1v15(), hashes.SHA256()


class EdDSA:
    """Ed25519. RFC 8037 §3.1"""

    def sign(self, key: Any, message: bytes) -> bytes:  # noqa: ANN401
        """Return the signature; it is deterministic."""
        return bytes(key.sign(message))

    def verify(self, key: Any, message: bytes, signature: bytes) -> bool:  # noqa: ANN401
        """Take a signature of 64 bytes."""
        if len(signature) != ED25519_SIGNATURE:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


ALGORITHMS: Mapping[str, Algorithm] = {"ES256": ES256(), "RS256": RS256(), "EdDSA": EdDSA()}
