"""Signatures of tokens: one key, one algorithm, one spelling. RFC 7515, RFC 8725"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from gatelet.oauth import base64url
from gatelet.oauth.jwa import ALGORITHMS
from gatelet.oauth.jwk import KEY_TYPES, private_key, public_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.jwk import Jwk, PrivateKey, PublicKey
    from gatelet.oauth.key_set import Key

LONGEST_TOKEN = 4096
"""Characters; the headers of a request through API Gateway have 10 KB in all."""
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
HEADER = frozenset({"alg", "kid", "typ"})
HEADERS_KEPT = 64
"""All tokens of one key have one header; what callers make up pushes it out for a moment at most."""
_encode = json.JSONEncoder(separators=(",", ":")).encode


class MalformedToken(ValueError):
    """The text is no token of ours; says why, for the log."""


class Signer:
    """Signs with the current key of one algorithm."""

    def __init__(self, key: Key, alg: str) -> None:
        self.kid = key.kid
        self.alg = alg
        self._key: PrivateKey = private_key(key.material)
        self._algorithm = ALGORITHMS[alg]

    def sign(self, typ: str, claims: Mapping[str, Any]) -> str:
        """Return the compact serialisation. RFC 7515 §3.1"""
        signing_input = f"{_header_of(self.alg, self.kid, typ)}.{base64url.encode(_encode(claims).encode())}"
        return f"{signing_input}.{base64url.encode(self._algorithm.sign(self._key, signing_input.encode()))}"


@lru_cache(HEADERS_KEPT)
def _header_of(alg: str, kid: str, typ: str) -> str:
    return base64url.encode(_encode({"alg": alg, "kid": kid, "typ": typ}).encode())


class VerificationKey:
    """A published key, good for the one algorithm that it was published with."""

    def __init__(self, jwk: Jwk) -> None:
        alg = jwk["alg"]
        if (jwk["kty"], jwk.get("crv")) != KEY_TYPES[alg]:
            raise ValueError(f"the published key {jwk['kid']} is no {alg} key")
        self.jwk = jwk
        self.kid: str = jwk["kid"]
        self.alg: str = alg
        self._algorithm = ALGORITHMS[alg]
        self._key: PublicKey | None = None

    def verifies(self, signing_input: bytes, signature: bytes) -> bool:
        """Tell whether the key made the signature."""
        if self._key is None:  # made at its first use: of the published keys a verifier meets one or two
            self._key = public_key(self.jwk)
        return self._algorithm.verify(self._key, signing_input, signature)


class UnverifiedToken(NamedTuple):
    """The parts of a token whose syntax is right; nothing in it may be believed yet."""

    alg: str
    kid: str
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

    Base64url has no dot, so that a fourth segment is a character that no segment may have.
    """
    if len(token) > LONGEST_TOKEN:
        raise MalformedToken(f"more than {LONGEST_TOKEN} characters")
    signing_input, _, signature = token.rpartition(".")
    header, _, payload = signing_input.partition(".")
    try:
        alg, kid, typ = _header(header)
        signed, decode = signing_input.encode(), base64url.decode
        return UnverifiedToken(alg, kid, typ, signed, decode(signature), decode(payload))
    except ValueError as error:
        raise MalformedToken(str(error)) from None


@lru_cache(HEADERS_KEPT)
def _header(segment: str) -> tuple[str, str, str]:
    """Return `alg`, `kid` and `typ`. Raises ValueError.

    Only the three header members that we write are taken, so that nothing in a header (crit, jku, jwk,
    x5u, zip, ...) can ask for anything.
    """
    members = _json_object(base64url.decode(segment))
    if members.keys() != HEADER or not all(isinstance(value, str) for value in members.values()):
        raise MalformedToken("the header must have alg, kid and typ, and nothing else")
    if not KEY_ID.fullmatch(members["kid"]):
        raise MalformedToken("kid is malformed")
    return members["alg"], members["kid"], members["typ"]


def _json_object(text: bytes) -> dict[str, Any]:
    """Read an object that ends where the text ends, as every JSON of ours does."""
    try:
        document = text.decode()
        value, end = _decode(document)
    except (ValueError, RecursionError):
        raise MalformedToken("not JSON with unique names") from None
    if not isinstance(value, dict) or end != len(document):
        raise MalformedToken("not a JSON object and nothing else")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse).raw_decode
