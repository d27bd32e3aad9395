"""What every server under load is told, and what its answers must be."""

from __future__ import annotations

import base64
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt

from bench.population import API, AUDIENCE, ISSUER, LEGACY, SECRET, SERVICE, USER

if TYPE_CHECKING:
    from bench.scenario import Scenario
    from gatelet.oauth.client import Client

CONNECTIONS = 4
BARE_SIZE = 600
"""Characters of the token in a bare answer: about as many as a real one has."""
FORM = "application/x-www-form-urlencoded"


class Peer:
    """One key, one API and two clients, the same for all."""

    def __init__(self, scenario: Scenario) -> None:
        self._key = scenario.signing_keys.rings["ES256"].current

    def environment(self) -> dict[str, str]:
        """Return what a peer reads when it starts."""
        told = {
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "scopes": sorted(API.scopes),
            "service": SERVICE.client_id,
            "legacy": LEGACY.client_id,
            "secret": SECRET,
            "sub": USER.sub,
            "key": {**self._key.material, "kid": self._key.kid, "alg": "ES256", "use": "sig"},
            "tokens": CONNECTIONS + 1,
            "size": BARE_SIZE,
        }
        return {"BENCH_PEER": json.dumps(told)}

    def require_token(self, body: bytes) -> dict[str, Any]:
        """Return an answer with an access token, an ES256 JWT for the API that verifies. RFC 9068"""
        answer: dict[str, Any] = json.loads(body)
        claims = jwt.decode(answer["access_token"], self._public, algorithms=["ES256"], audience=AUDIENCE)
        if not {"iss", "exp", "iat", "jti", "client_id"} <= claims.keys():
            raise RuntimeError(f"claims are missing: {claims}")
        return answer

    @cached_property
    def _public(self) -> jwt.PyJWK:
        public = {name: self._key.material[name] for name in ("kty", "crv", "x", "y")}
        return jwt.PyJWK({**public, "alg": "ES256"})


def form_request(path: str, client: Client, **form: str) -> bytes:
    """Return an HTTP request of a client that authenticates with client_secret_basic."""
    basic = base64.b64encode(f"{client.client_id}:{SECRET}".encode()).decode()
    return http_request("POST", path, f"Basic {basic}", urlencode(form))


def http_request(method: str, path: str, authorization: str, body: str = "") -> bytes:
    """Return a request as it goes over the wire."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: auth.example",
        f"authorization: {authorization}",
        "accept: */*",
        *([f"content-type: {FORM}", f"content-length: {len(body)}"] if body else []),
    ]
    return "\r\n".join([*lines, "", body]).encode()
