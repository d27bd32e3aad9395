"""Access tokens to verify: good ones and any forgery of them, signed without the code under test."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gatelet.oauth.access_token import VerifiedToken, verify_access_token
from gatelet.oauth.jwk import PrivateKey, public_jwk, thumbprint, to_jwk
from gatelet.oauth.jws import VerificationKey
from gatelet.oauth.key_set import Key

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

NOW = 1_800_000_000
ISSUER = "https://auth.example"
AUDIENCE = "https://orders.example"
ABSENT = object()
"""As a value: leave the member out."""

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEYS: dict[str, PrivateKey] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": RSA,
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
KEYS = {
    alg: Key(kid=thumbprint(to_jwk(key)), created_at=NOW - 86_400, material=to_jwk(key))
    for alg, key in PRIVATE_KEYS.items()
}
KIDS = {alg: key.kid for alg, key in KEYS.items()}
ATTACKER = ec.derive_private_key(0xBADC0FFEE, ec.SECP256R1())


class PublishedKeys:
    """Implements `gatelet.oauth.access_token.VerificationKeys`."""

    def __init__(self) -> None:
        self.asked_for: list[str] = []
        self._keys = {key.kid: VerificationKey(public_jwk(key.material, alg)) for alg, key in KEYS.items()}

    def key(self, kid: str) -> VerificationKey | None:
        self.asked_for.append(kid)
        return self._keys.get(kid)


def header(of: str = "ES256", /, **changes: object) -> dict[str, Any]:
    """Return the header that we write for an algorithm, changed."""
    return _present({"typ": "at+jwt", "alg": of, "kid": KIDS[of], **changes})


def claims(**changes: object) -> dict[str, Any]:
    """Return the claims of a good token with a user behind it, changed."""
    good = {
        "iss": ISSUER,
        "sub": "u_alice",
        "aud": AUDIENCE,
        "exp": NOW + 900,
        "iat": NOW,
        "jti": "jti-1",
        "client_id": "c_app",
        "scope": "orders:read orders:write",
        "gid": "grant-1",
        "auth_time": NOW - 60,
        "acr": "1",
        "roles": ["clerk"],
    }
    return _present({**good, **changes})


def signed(payload: object = None, head: object = None, *, alg: str = "ES256", key: PrivateKey | None = None) -> str:
    """Return a token with a right signature over whatever it is given: objects, text or bytes."""
    head, payload = header(alg) if head is None else head, claims() if payload is None else payload
    signing_input = f"{segment(head)}.{segment(payload)}"
    return f"{signing_input}.{base64url(sign(signing_input.encode(), key or PRIVATE_KEYS[alg]))}"


def sign(message: bytes, key: PrivateKey) -> bytes:
    """Sign with nothing but `cryptography`."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message)


def segment(part: object) -> str:
    """Encode one part of a token; text and bytes are taken as they are, anything else becomes JSON."""
    text = part if isinstance(part, str | bytes) else json.dumps(part)
    return base64url(text.encode() if isinstance(text, str) else text)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def verify(
    token: str, *, keys: PublishedKeys | None = None, audience: str | None = AUDIENCE, now: int = NOW
) -> VerifiedToken:
    """Verify a token as the API `AUDIENCE` would."""
    return verify_access_token(token, keys=keys or PublishedKeys(), issuer=ISSUER, audience=audience, now=now)


def verified(**changes: object) -> VerifiedToken:
    """Return a good token that has been verified."""
    return verify(signed(claims(**changes)), audience=None)


def attack(number: str, token: str, name: str) -> ParameterSet:
    """Return a token as the parameter of a test, under the number of the attack that it is."""
    return pytest.param(token, id=f"{number} {name}", marks=pytest.mark.attack(number))


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}
