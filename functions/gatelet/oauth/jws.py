"""Signatures of tokens: one key, one algorithm, one spelling. RFC 7515, RFC 8725"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.api_jws import PyJWS
from jwt.utils import der_to_raw_signature

from gatelet.oauth import base64url
from gatelet.oauth.jwk import KEY_TYPES, private_key, public_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.jwk import Jwk, PrivateKey, PublicKey
    from gatelet.oauth.key_set import Key

LONGEST_TOKEN = 4096
"""Characters; the headers of a request through API Gateway have 10 KB in all."""
COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
HEADER = frozenset({"alg", "kid", "typ"})
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class DeterministicES256(ECAlgorithm):
    """ES256 whose nonce comes from the key and the message. RFC 6979"""

    def __init__(self) -> None:
        super().__init__(ECAlgorithm.SHA256, ec.SECP256R1)

    def sign(self, msg: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
        """Sign without asking the generator of random numbers."""
        der = key.sign(msg, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return der_to_raw_signature(der, key.curve)


ALGORITHMS: Mapping[str, Algorithm] = {
    "ES256": DeterministicES256(),
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "EdDSA": OKPAlgorithm(),
}
_JWS = PyJWS(algorithms=[])
for _name, _algorithm in ALGORITHMS.items():
    _JWS.register_algorithm(_name, _algorithm)


class MalformedToken(ValueError):
    """The text is no token of ours; says why, for the log."""


class Signer:
    """Signs with the current key of one algorithm."""

    def __init__(self, key: Key, alg: str) -> None:
        self.kid = key.kid
        self.alg = alg
        self._key: PrivateKey = private_key(key.material)

    def sign(self, typ: str, claims: Mapping[str, Any]) -> str:
        """Return the compact serialisation. RFC 7515 §3.1"""
        payload = json.dumps(claims, separators=(",", ":")).encode()
        return _JWS.encode(payload, self._key, algorithm=self.alg, headers={"typ": typ, "kid": self.kid})


class VerificationKey:
    """A published key, good for the one algorithm that it was published with."""

    def __init__(self, jwk: Jwk) -> None:
        alg = jwk["alg"]
        if (jwk["kty"], jwk.get("crv")) != KEY_TYPES[alg]:
            raise ValueError(f"the published key {jwk['kid']} is no {alg} key")
        self.kid: str = jwk["kid"]
        self.alg: str = alg
        self._key: PublicKey = public_key(jwk)

    def verifies(self, signing_input: bytes, signature: bytes) -> bool:
        """Tell whether the key made the signature."""
        return ALGORITHMS[self.alg].verify(signing_input, self._key, signature)


@dataclass(frozen=True, kw_only=True)
class UnverifiedToken:
    """The parts of a token whose syntax is right; nothing in it may be believed yet."""

    kid: str
    alg: str
    typ: str
    signing_input: bytes
    signature: bytes
    payload: bytes

    def verify(self, key: VerificationKey) -> dict[str, Any]:
        """Return the claims if the key signed them. Raises MalformedToken. RFC 8725 §3.1"""
        if self.alg != key.alg:
            raise MalformedToken("alg is not the one of the key")
        if not key.verifies(self.signing_input, self.signature):
            raise MalformedToken("the signature is wrong")
        return _json_object(self.payload)


def parse(token: str) -> UnverifiedToken:
    """Take a token apart, strictly. Raises MalformedToken. RFC 7515 §5.2, RFC 8725 §3

    Only the three header members that we write are taken, so that nothing in a header (crit, jku, jwk,
    x5u, zip, ...) can ask for anything.
    """
    compact = COMPACT.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if compact is None:
        raise MalformedToken("not a compact token of up to 4096 characters")
    header, payload, signature = (_segment(segment) for segment in compact.groups())
    members = _json_object(header)
    if members.keys() != HEADER or not all(isinstance(value, str) for value in members.values()):
        raise MalformedToken("the header must have alg, kid and typ, and nothing else")
    if not KEY_ID.fullmatch(members["kid"]):
        raise MalformedToken("kid is malformed")
    signing_input = token.rpartition(".")[0].encode()
    return UnverifiedToken(**members, signing_input=signing_input, signature=signature, payload=payload)


def _segment(text: str) -> bytes:
    try:
        return base64url.decode(text)
    except ValueError as error:
        raise MalformedToken(str(error)) from None


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise MalformedToken("not JSON with unique names") from None
    if not isinstance(value, dict):
        raise MalformedToken("not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
