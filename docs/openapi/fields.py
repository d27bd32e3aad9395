"""What a request may say: the fields of forms, the parameters of queries, headers and cookies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docs.openapi.pattern import listed, whole
from docs.openapi.schemas import TEXT
from gatelet.accounts.password import LONGEST_PASSWORD, SHORTEST_PASSWORD
from gatelet.handlers.browser import BROWSER, DEVICE, SESSION
from gatelet.oauth import authorization_code, client_credentials, password, refresh_token
from gatelet.oauth.authorization_request import LONGEST_NONCE, LONGEST_STATE, PROMPTS, RESPONSE_MODES
from gatelet.oauth.client_authentication import CLIENT_ID, LONGEST_SECRET
from gatelet.oauth.form import MEDIA_TYPE
from gatelet.oauth.pkce import CHALLENGE, METHOD, VERIFIER
from gatelet.oauth.requested_claims import LONGEST as LONGEST_CLAIMS
from gatelet.oauth.scope import SCOPE_TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    Schema = dict[str, Any]

SCOPE: Schema = {"type": "string", "pattern": listed(SCOPE_TOKEN.pattern)}
RESOURCE: Schema = {**TEXT, "description": "The identifier of the API that the access token is for. RFC 8707"}
REDIRECT_URI: Schema = {"type": "string", "format": "uri", "description": "One that the client registered, as it is."}
CLIENT: dict[str, Schema] = {
    "client_id": {
        "type": "string",
        "pattern": whole(CLIENT_ID),
        "description": "Of a public client, or of one that does not authenticate in the Authorization header.",
    },
    "client_secret": {
        "type": "string",
        "maxLength": LONGEST_SECRET,
        "description": "client_secret_post; never beside an Authorization header.",
    },
}
AUTHORIZATION: dict[str, Schema] = {
    "response_type": {"const": "code"},
    "client_id": {"type": "string", "pattern": whole(CLIENT_ID)},
    "redirect_uri": REDIRECT_URI,
    "response_mode": {"enum": list(RESPONSE_MODES), "default": RESPONSE_MODES[0]},
    "scope": SCOPE,
    "state": {"type": "string", "maxLength": LONGEST_STATE},
    "nonce": {"type": "string", "maxLength": LONGEST_NONCE},
    "code_challenge": {"type": "string", "pattern": whole(CHALLENGE)},
    "code_challenge_method": {"const": METHOD},
    "resource": RESOURCE,
    "prompt": {"type": "string", "pattern": listed("|".join(sorted(PROMPTS)))},
    "max_age": {"type": "string", "pattern": "^[0-9]{1,9}$"},
    "login_hint": {"type": "string", "maxLength": 254},
    "id_token_hint": TEXT,
    "ui_locales": {"type": "string", "description": "Language tags, the best first."},
    "acr_values": TEXT,
    "claims": {"type": "string", "maxLength": LONGEST_CLAIMS, "contentMediaType": "application/json"},
}
AUTHORIZATION_REQUIRED = ("response_type", "client_id", "redirect_uri")
LOGOUT: dict[str, Schema] = {
    "id_token_hint": TEXT,
    "client_id": AUTHORIZATION["client_id"],
    "post_logout_redirect_uri": REDIRECT_URI,
    "state": TEXT,
    "ui_locales": AUTHORIZATION["ui_locales"],
}
LOGOUT_ANSWER: dict[str, Schema] = {
    **LOGOUT,
    "logout": {**TEXT, "description": "What the page that asks holds."},
    "action": {"enum": ["logout", "stay"]},
}
REFRESH: dict[str, Schema] = {"refresh_token": TEXT, "scope": SCOPE, "resource": RESOURCE}
GRANTS: dict[str, tuple[dict[str, Schema], tuple[str, ...]]] = {
    client_credentials.GRANT_TYPE: ({"scope": SCOPE, "resource": RESOURCE}, ()),
    authorization_code.GRANT_TYPE: (
        {
            "code": TEXT,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": {"type": "string", "pattern": whole(VERIFIER)},
            "resource": RESOURCE,
        },
        ("code", "redirect_uri"),
    ),
    refresh_token.GRANT_TYPE: (REFRESH, ("refresh_token",)),
    password.GRANT_TYPE: (
        {"username": TEXT, "password": TEXT, "scope": SCOPE, "resource": RESOURCE},
        ("username", "password"),
    ),
}
"""The parameters of each grant, and those that it must have. RFC 6749 §4"""
SIGN_IN: Schema = {**TEXT, "description": "What the page holds."}
LOGIN: dict[str, Schema] = {
    "sign_in": SIGN_IN,
    "username": {"type": "string", "maxLength": 254},
    "password": {"type": "string", "maxLength": LONGEST_PASSWORD},
    "action": {"const": "cancel"},
}
CONSENT: dict[str, Schema] = {"sign_in": SIGN_IN, "action": {"enum": ["allow", "deny"]}}
ACCOUNT: dict[str, Schema] = {
    "token": {**TEXT, "description": "What the page holds."},
    "action": {"enum": ["end_session", "end_all", "remove_application", "change_password"]},
    "session_id": TEXT,
    "client_id": AUTHORIZATION["client_id"],
    "current_password": {"type": "string", "maxLength": LONGEST_PASSWORD},
    "new_password": {"type": "string", "minLength": SHORTEST_PASSWORD, "maxLength": LONGEST_PASSWORD},
    "end_others": TEXT,
}
NAME_IN_PATH = re.compile(r"\{(\w+)\}")
COOKIES = (SESSION, BROWSER, DEVICE)


def form(fields: Mapping[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    """Return a body of which unknown fields are ignored. RFC 6749 §3.2"""
    return _body(_fields(fields, required))


def token_form() -> Schema:
    """Return the body of a token request, by its grant. RFC 6749 §4"""
    kinds = [
        _fields({"grant_type": {"const": name}, **fields, **CLIENT}, ("grant_type", *required))
        for name, (fields, required) in GRANTS.items()
    ]
    return _body({"oneOf": kinds})


def query(fields: Mapping[str, Schema], required: tuple[str, ...] = ()) -> list[Schema]:
    """Return the parameters of a query."""
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema} for name, schema in fields.items()
    ]


def header(name: str, description: str, schema: Schema | None = None) -> Schema:
    """Return a header of the request."""
    return {"name": name, "in": "header", "description": description, "schema": schema or {"type": "string"}}


def in_path(path: str) -> list[Schema]:
    """Return the parameters of a path."""
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[^/]+$"}}
        for name in NAME_IN_PATH.findall(path)
    ]


def cookies() -> list[Schema]:
    """Return the cookies of the pages."""
    return [{"name": name, "in": "cookie", "schema": {"type": "string"}} for name in COOKIES]


def _fields(fields: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(required),
        "additionalProperties": {"type": "string"},
    }


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}
