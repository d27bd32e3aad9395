"""ID tokens as the suite reads them: the parts, whether the signature is good, and forgeries of them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey


@dataclass(frozen=True)
class IdToken:
    """A token whose signature was good under the key that its `kid` names."""

    value: str
    header: dict[str, Any]
    claims: dict[str, Any]

    @classmethod
    def parse(cls, value: str, keys: list[dict[str, Any]]) -> IdToken:
        """Read a token and verify its signature with the published key of its `kid`. OpenID Connect Core §10.1"""
        header = jws.extract_compact(value.encode()).headers()
        (key,) = [key for key in keys if key["kid"] == header["kid"]]
        assert key["alg"] == header["alg"]
        token = jwt.decode(value, KeySet.import_key_set({"keys": [key]}), algorithms=[header["alg"]])
        return cls(value, token.header, token.claims)

    def unsigned(self) -> str:
        """Return the token with the algorithm `none` and no signature."""
        header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
        return f"{header}.{self.value.split('.')[1]}."


def forged(claims: dict[str, Any]) -> str:
    """Return a token that somebody else signed."""
    key = RSAKey.generate_key(2048, {"kid": "suite"})
    return jwt.encode({"alg": "RS256", "kid": "suite", "typ": "JWT"}, claims, key)
