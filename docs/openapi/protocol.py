"""The endpoints that clients call. RFC 6749 §3.2, RFC 7009, RFC 7662, OpenID Connect Core §5.3"""

from __future__ import annotations

from typing import Any

from docs.openapi import fields, responses
from docs.openapi.responses import CROSS_ORIGIN, answer, header, json_answer, matching, refusals
from docs.openapi.schemas import TEXT
from gatelet.oauth.errors import (
    InsufficientScope,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    InvalidToken,
    OAuthError,
    RequestTooLarge,
    TemporarilyUnavailable,
    TooManyAttempts,
    UnauthorizedClient,
    UnsupportedGrantType,
)

SECRET: list[dict[str, list[str]]] = [{"client_secret_basic": []}, {}]
"""In the header; or in the form, where a public client names itself too."""
BEARER: list[dict[str, list[str]]] = [{"bearer": []}, {}]
CHALLENGE = {401: header({"type": "string", "pattern": "^Basic "}, required=False)}
BEARER_CHALLENGES = {
    401: matching("^Bearer($| error=)"),
    **{status: matching("^Bearer error=") for status in (400, 403, 413)},
}
AUTHENTICATION = (InvalidRequest, RequestTooLarge, InvalidClient, TooManyAttempts, TemporarilyUnavailable)
GRANTING = (*AUTHENTICATION, InvalidGrant, UnauthorizedClient, InvalidScope, InvalidTarget)
PUBLISHED = {
    "Access-Control-Allow-Origin": header({"const": "*"}),
    "Cache-Control": matching("^public, max-age=[0-9]+$"),
    "ETag": matching('^"[0-9a-f]+"$'),
}


def granted(*errors: type[OAuthError]) -> dict[str, Any]:
    """Return the answers of an endpoint that issues tokens. RFC 6749 §5"""
    headers = {**CROSS_ORIGIN, "Set-Cookie": responses.OPTIONAL}
    return {
        "200": json_answer("TokenResponse", "The tokens.", headers),
        **refusals(*GRANTING, *errors, headers=CROSS_ORIGIN, challenges=CHALLENGE),
    }


def published(schema: str) -> dict[str, Any]:
    """Return an operation that everybody may read and keep for a while."""
    return {
        "parameters": [fields.header("If-None-Match", "The ETag of an answer that is still there.")],
        "security": [],
        "responses": {
            "200": json_answer(schema, "The document.", PUBLISHED),
            "304": answer("It is still the same.", headers=PUBLISHED),
            **refusals(TemporarilyUnavailable),
        },
    }


USERINFO: dict[str, Any] = {
    "security": BEARER,
    "responses": {
        "200": json_answer("UserInfo", "What is known of the token's user.", CROSS_ORIGIN),
        **refusals(
            InvalidRequest,
            InvalidToken,
            InsufficientScope,
            TemporarilyUnavailable,
            headers=CROSS_ORIGIN,
            challenges=BEARER_CHALLENGES,
        ),
    },
}
TOO_LARGE = refusals(RequestTooLarge, headers=CROSS_ORIGIN, challenges=BEARER_CHALLENGES)
ACCESS_TOKEN = {"access_token": {**TEXT, "description": "Never beside an Authorization header."}}
TOKEN = {"token": TEXT, "token_type_hint": {"type": "string"}, **fields.CLIENT}

OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("openid_configuration", "GET"): published("Metadata"),
    ("authorization_server_metadata", "GET"): published("Metadata"),
    ("jwks_uri", "GET"): published("JwkSet"),
    ("token_endpoint", "POST"): {
        "parameters": [fields.header("Origin", "Where a script runs.")],
        "requestBody": fields.token_form(),
        "security": SECRET,
        "responses": granted(UnsupportedGrantType),
    },
    ("refresh", "POST"): {
        "description": "The refresh token stands in the form, or in the cookie `__Host-rt-...` of the client.",
        "parameters": [
            fields.header("Origin", "Where a script runs; required with the cookie."),
            fields.header("X-Requested-With", "Any value; required with the cookie."),
        ],
        "requestBody": fields.form({**fields.REFRESH, **fields.CLIENT}),
        "security": SECRET,
        "responses": granted(),
    },
    ("revocation_endpoint", "POST"): {
        "requestBody": fields.form(TOKEN, ("token",)),
        "security": SECRET,
        "responses": {
            "200": answer("The token is no good any more, or never was.", headers=CROSS_ORIGIN),
            **refusals(*AUTHENTICATION, headers=CROSS_ORIGIN, challenges=CHALLENGE),
        },
    },
    ("introspection_endpoint", "POST"): {
        "requestBody": fields.form(TOKEN, ("token",)),
        "security": SECRET,
        "responses": {
            "200": json_answer("Introspection", "What the token is worth.", CROSS_ORIGIN),
            **refusals(*AUTHENTICATION, headers=CROSS_ORIGIN, challenges=CHALLENGE),
        },
    },
    ("userinfo_endpoint", "GET"): USERINFO,
    ("userinfo_endpoint", "POST"): {
        **USERINFO,
        "requestBody": {**fields.form(ACCESS_TOKEN), "required": False},
        "responses": {**TOO_LARGE, **USERINFO["responses"]},
    },
}
