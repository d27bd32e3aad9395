"""Access tokens as an attacker would make them, and as only we can."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gatelet.oauth.jwk import private_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.deployment import Deployment

    Sign = Callable[[bytes], bytes]


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(segment: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return members


def claims_of(token: str) -> dict[str, Any]:
    return decode(token.split(".")[1])


def header_of(token: str) -> dict[str, Any]:
    return decode(token.split(".", maxsplit=1)[0])


def compact(header: object, payload: object, sign: Sign) -> str:
    """Return the compact serialisation; bytes are taken as they are. RFC 7515 §7.1"""
    parts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload))
    signing_input = ".".join(map(encode, parts))
    return f"{signing_input}.{encode(sign(signing_input.encode()))}"


def ecdsa(key: ec.EllipticCurvePrivateKey, *, der: bool = False) -> Sign:
    """Sign as ES256 does."""

    def sign(message: bytes) -> bytes:
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
        size = (key.curve.key_size + 7) // 8
        return signature if der else b"".join(n.to_bytes(size, "big") for n in decode_dss_signature(signature))

    return sign


def hs256(secret: bytes) -> Sign:
    return lambda message: hmac.digest(secret, message, hashlib.sha256)


def foreign_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class OurKey:
    """The current ES256 key of a stack, to sign what the stack itself never would."""

    def __init__(self, deployment: Deployment) -> None:
        key = deployment.secret_document("signing_secret")["rings"]["ES256"]["current"]
        self.kid: str = key["kid"]
        secret = private_key(key["material"])
        assert isinstance(secret, ec.EllipticCurvePrivateKey)
        self.private = secret
        self.now = int(deployment.clock())

    @property
    def header(self) -> dict[str, Any]:
        return {"alg": "ES256", "typ": "at+jwt", "kid": self.kid}

    @property
    def claims(self) -> dict[str, Any]:
        """Claims that are all as they should be."""
        return {
            "iss": "https://auth.example",
            "sub": "u_alice",
            "aud": "https://orders.example",
            "iat": self.now,
            "exp": self.now + 900,
            "jti": "a-jti-of-ours",
            "client_id": "c_legacy",
            "scope": "orders:read",
            "gid": "a-gid-of-ours",
            "auth_time": self.now,
            "acr": "1",
            "roles": ["clerk"],
        }

    def token(self, header: dict[str, Any] | bytes | None = None, claims: object = None) -> str:
        """Sign this header and these claims, or parts of them over those that are right."""
        head = header if isinstance(header, bytes) else _without_none({**self.header, **(header or {})})
        body = _without_none({**self.claims, **(claims or {})}) if isinstance(claims, dict | None) else claims
        return compact(head, body, ecdsa(self.private))


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
