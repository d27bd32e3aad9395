"""JSON Web Keys, and the key objects behind them. RFC 7517, RFC 7518 §6, RFC 8037 §2"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from gatelet.oauth import base64url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric import rsa

PrivateKey: TypeAlias = "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey"
PublicKey: TypeAlias = "ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey"
Jwk: TypeAlias = "Mapping[str, Any]"

PUBLIC_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
"""The members that make a public key, in the order that its thumbprint wants. RFC 7638 §3.2"""
KEY_TYPES = {"ES256": ("EC", "P-256"), "RS256": ("RSA", None), "EdDSA": ("OKP", "Ed25519")}
"""The key type and curve that an algorithm is bound to. RFC 7518 §3.1, RFC 8037 §3.1"""


def thumbprint(jwk: Jwk) -> str:
    """Return the SHA-256 thumbprint of a key, which is its `kid`. RFC 7638 §3"""
    members = {name: jwk[name] for name in PUBLIC_MEMBERS[jwk["kty"]]}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64url.encode(hashlib.sha256(canonical.encode()).digest())


def public_jwk(jwk: Jwk, alg: str) -> dict[str, str]:
    """Return what may be published of a private key. RFC 7517 §4"""
    members = {name: jwk[name] for name in PUBLIC_MEMBERS[jwk["kty"]]}
    return {**members, "kid": thumbprint(jwk), "use": "sig", "alg": alg}


def to_jwk(key: PrivateKey) -> dict[str, str]:
    """Render a private key with every private member. RFC 7518 §6"""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        public = key.public_key().public_numbers()
        private = key.private_numbers().private_value
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _text(public.x, 32),
            "y": _text(public.y, 32),
            "d": _text(private, 32),
        }
    if isinstance(key, ed25519.Ed25519PrivateKey):
        x, d = key.public_key().public_bytes_raw(), key.private_bytes_raw()
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(x), "d": base64url.encode(d)}
    numbers = key.private_numbers()
    private_members = {
        "d": numbers.d, "p": numbers.p, "q": numbers.q, "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp,
    }  # fmt: skip
    members = {"n": numbers.public_numbers.n, "e": numbers.public_numbers.e, **private_members}
    return {"kty": "RSA", **{name: _text(value) for name, value in members.items()}}


def private_key(jwk: Jwk) -> PrivateKey:
    """Return the key object of a private JWK of our own."""
    match jwk["kty"]:
        case "EC":
            return ec.derive_private_key(_number(jwk["d"]), ec.SECP256R1())
        case "OKP":
            return ed25519.Ed25519PrivateKey.from_private_bytes(base64url.decode(jwk["d"]))
        case _:
            return _rsa_private_key(jwk)


def public_key(jwk: Jwk) -> PublicKey:
    """Return the key object of a public JWK of our own. Raises ValueError for a point that is not on the curve."""
    match jwk["kty"]:
        case "EC":
            point = b"\x04" + base64url.decode(jwk["x"]) + base64url.decode(jwk["y"])
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        case "OKP":
            return ed25519.Ed25519PublicKey.from_public_bytes(base64url.decode(jwk["x"]))
        case _:
            return _rsa_public_numbers(jwk).public_key()


# RSA is imported where there is such a key: most verifiers never meet one.


def _rsa_private_key(jwk: Jwk) -> rsa.RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers  # noqa: PLC0415

    d, p, q, dp, dq, qi = (_number(jwk[name]) for name in ("d", "p", "q", "dp", "dq", "qi"))
    return RSAPrivateNumbers(p, q, d, dp, dq, qi, _rsa_public_numbers(jwk)).private_key()


def _rsa_public_numbers(jwk: Jwk) -> rsa.RSAPublicNumbers:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers  # noqa: PLC0415

    return RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"]))


def _number(text: str) -> int:
    return int.from_bytes(base64url.decode(text), "big")


def _text(number: int, size: int | None = None) -> str:
    return base64url.encode(number.to_bytes(size or (number.bit_length() + 7) // 8, "big"))
