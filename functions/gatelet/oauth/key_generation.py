"""New keys. Only `rotate_keys` imports this module, and never under SnapStart:

restored clones share OpenSSL's generator, and two of them would make the same key.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatelet.oauth import base64url
from gatelet.oauth.jwk import thumbprint, to_jwk
from gatelet.oauth.key_set import Key
from gatelet.oauth.seal import KEY_ID_BYTES, SEALS

if TYPE_CHECKING:
    from gatelet.oauth.jwk import PrivateKey

RSA_BITS = 2048


def generate(alg: str, now: int) -> Key:
    """Make a key for an algorithm: ES256, RS256, EdDSA, or HMAC for handles."""
    if alg == SEALS:
        return Key(
            kid=secrets.token_hex(KEY_ID_BYTES),
            created_at=now,
            material={"k": base64url.encode(secrets.token_bytes(32))},
        )
    jwk = to_jwk(_private_key(alg))
    return Key(kid=thumbprint(jwk), created_at=now, material=jwk)


def _private_key(alg: str) -> PrivateKey:
    match alg:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
        case "RS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        case _:
            raise ValueError(f"no key can be made for {alg}")
