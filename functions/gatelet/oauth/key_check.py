"""Proof that a key set works, before anything depends on it. RFC 7518 §3.3, §3.4"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from gatelet.oauth import base64url
from gatelet.oauth.handle import GRANT_SECRET_BYTES, REFRESH_TOKEN, HandleKeys
from gatelet.oauth.jwk import private_key, public_jwk, thumbprint
from gatelet.oauth.jws import Signer, VerificationKey, parse
from gatelet.oauth.seal import SEALS, Seals

if TYPE_CHECKING:
    from gatelet.oauth.key_set import Key, KeySet

LEAST_RSA_BITS = 2048
LEAST_HMAC_BYTES = 32


def check_signing_keys(keys: KeySet) -> None:
    """Require that every key verifies what it signs, under its own id, for us and for PyJWT. Raises ValueError."""
    kids = [key.kid for ring in keys.rings.values() for key in ring.all_keys]
    if len(set(kids)) != len(kids):
        raise ValueError("two keys have one kid")
    for alg, ring in keys.rings.items():
        for key in ring.all_keys:
            _check_signing_key(key, alg)


def check_handle_keys(keys: KeySet) -> None:
    """Require that the keys are long enough, and readable what the current one makes. Raises ValueError."""
    if any(len(base64url.decode(key.material["k"])) < LEAST_HMAC_BYTES for key in keys.rings[SEALS].all_keys):
        raise ValueError("an HMAC key has less than 256 bits")
    handles = HandleKeys(Seals(keys.rings[SEALS]))
    text = handles.seal(REFRESH_TOKEN, grant_secret=bytes(GRANT_SECRET_BYTES), generation=0, client_id="check")
    handles.open(REFRESH_TOKEN, text)


def _check_signing_key(key: Key, alg: str) -> None:
    if thumbprint(key.material) != key.kid:
        raise ValueError(f"{key.kid} is not the thumbprint of its key")
    secret = private_key(key.material)
    if isinstance(secret, rsa.RSAPrivateKey) and secret.key_size < LEAST_RSA_BITS:
        raise ValueError(f"{key.kid} has only {secret.key_size} bits")
    token, published = Signer(key, alg).sign("check", {"check": key.kid}), public_jwk(key.material, alg)
    parse(token).verify(VerificationKey(published))
    try:
        jwt.decode(token, jwt.PyJWK(published), [alg])
    except jwt.PyJWTError as error:
        raise ValueError(f"PyJWT does not take what {key.kid} signs: {error}") from None
