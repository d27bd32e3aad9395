"""What the JSON answers hold, by the types and tables that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docs.openapi.pattern import whole
from gatelet.handlers.metadata import ANNOUNCED
from gatelet.oauth.access_token import AccessToken
from gatelet.oauth.client_metadata import GRANT_TYPES
from gatelet.oauth.jwk import KEY_TYPES, PUBLIC_MEMBERS
from gatelet.oauth.jws import KEY_ID
from gatelet.oauth.metadata import server_metadata
from gatelet.oauth.openid import CLAIMS
from gatelet.oauth.token_request import TokenResponse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Schema = dict[str, Any]

ISSUER = "https://auth.example"
TEXT: Schema = {"type": "string", "minLength": 1}
SECONDS: Schema = {"type": "integer", "minimum": 0}
TEXTS: Schema = {"type": "array", "items": TEXT, "uniqueItems": True}
BASE64URL: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
SCOPE: Schema = {"type": "string", "pattern": r"^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$"}
JWT: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"}
MEMBERS: dict[str, Schema] = {
    "access_token": JWT,
    "token_type": {"const": "Bearer"},
    "expires_in": {"type": "integer", "minimum": 1},
    "refresh_token": TEXT,
    "id_token": JWT,
    "active": {"type": "boolean"},
    "scope": SCOPE,
    "exp": SECONDS,
    "iat": SECONDS,
    "auth_time": SECONDS,
    "roles": TEXTS,
}
"""Members that are more than a text, wherever they stand."""
PROFILE: dict[str, Schema] = {
    "email_verified": {"type": "boolean"},
    "phone_number_verified": {"type": "boolean"},
    "updated_at": {"type": "number"},
    "address": {"type": "object"},
}
"""Claims that are more than a text. OpenID Connect Core §5.1"""


def json_object(members: Mapping[str, Schema], required: Collection[str]) -> Schema:
    """Return an object that has no other members."""
    return {
        "type": "object",
        "properties": dict(members),
        "required": list(required),
        "additionalProperties": False,
    }


def error() -> Schema:
    """RFC 6749 §5.2"""
    return json_object({"error": TEXT, "error_description": TEXT}, ["error", "error_description"])


def token_response() -> Schema:
    """RFC 6749 §5.1"""
    least = TokenResponse(access_token="", expires_in=0, scope=(), sub="", jti="")
    most = TokenResponse(**{**vars(least), "refresh_token": "", "id_token": ""})
    return _members(most.parameters(), required=least.parameters())


def introspection() -> Schema:
    """RFC 7662 §2.2"""
    of_token = AccessToken._fields
    active = _members(["active", "token_type", *of_token], required=["active", "iss", "sub", "client_id", "exp", "iat"])
    active["properties"]["active"] = {"const": True}
    inactive = json_object({"active": {"const": False}}, ["active"])
    return {"oneOf": [active, inactive]}


def userinfo() -> Schema:
    """OpenID Connect Core §5.3.2"""
    return json_object({"sub": TEXT, **{claim: PROFILE.get(claim, TEXT) for claim in CLAIMS}}, ["sub"])


def jwks() -> Schema:
    """RFC 7517 §5"""
    keys = [_jwk(alg, *key_type) for alg, key_type in KEY_TYPES.items()]
    return json_object({"keys": {"type": "array", "items": {"oneOf": keys}}}, ["keys"])


def metadata() -> Schema:
    """RFC 8414 §2"""
    document = server_metadata(ISSUER, ANNOUNCED, GRANT_TYPES, list(KEY_TYPES))
    return json_object({name: _announced(value) for name, value in document.items()}, document)


SCHEMAS = {
    "Error": error,
    "TokenResponse": token_response,
    "Introspection": introspection,
    "UserInfo": userinfo,
    "JwkSet": jwks,
    "Metadata": metadata,
}


def _members(names: Collection[str], required: Collection[str]) -> Schema:
    return json_object({name: MEMBERS.get(name, TEXT) for name in names}, required)


def _jwk(alg: str, kty: str, crv: str | None) -> Schema:
    fixed = {"kty": kty, "alg": alg, "use": "sig", **({"crv": crv} if crv else {})}
    members = dict.fromkeys(PUBLIC_MEMBERS[kty], BASE64URL) | {"kid": {"type": "string", "pattern": whole(KEY_ID)}}
    members |= {name: {"const": value} for name, value in fixed.items()}
    return json_object(members, members)


def _announced(value: object) -> Schema:
    if isinstance(value, bool):
        return {"const": value}
    if isinstance(value, list):
        return {"type": "array", "items": {"enum": value}, "uniqueItems": True}
    return {"type": "string", "format": "uri"}
