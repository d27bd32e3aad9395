"""A request to the authorization endpoint. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatelet.oauth.errors import (
    InvalidRequest,
    RequestNotSupported,
    RequestUriNotSupported,
    UnsupportedResponseType,
)
from gatelet.oauth.pkce import CHALLENGE, METHOD, NO_CHALLENGE
from gatelet.oauth.requested_claims import RequestedClaims, parse_claims
from gatelet.oauth.scope import parse_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.client import Client

RESPONSE_MODES = ("query", "form_post")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST_STATE = 4096
LONGEST_NONCE = 1024
PARAMETERS = frozenset(
    {
        "response_type",
        "client_id",
        "redirect_uri",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "resource",
        "prompt",
        "max_age",
        "login_hint",
        "id_token_hint",
        "ui_locales",
        "acr_values",
        "claims",
    }
)
"""What is kept of a request while somebody signs in; the rest is ignored. RFC 6749 §3.1"""
SECONDS = re.compile(r"\d{1,9}")


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """The parameters that were understood; `scope` is None where the request names none."""

    client_id: str
    redirect_uri: str
    response_mode: str = "query"
    scope: tuple[str, ...] | None = None
    state: str | None = None
    nonce: str | None = None
    code_challenge: str = NO_CHALLENGE
    resource: str | None = None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    login_hint: str | None = None
    id_token_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()
    claims: RequestedClaims = field(default_factory=RequestedClaims)


def parse_authorization_request(
    parameters: Mapping[str, str], *, client: Client, redirect_uri: str
) -> AuthorizationRequest:
    """Read the parameters of a request whose client and redirect URI are known to be good.

    Every error may go back to the client. Raises the errors of RFC 6749 §4.1.2.1 and OpenID Connect
    Core §3.1.2.6.
    """
    _require_supported(parameters)
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        response_mode=response_mode_of(parameters),
        scope=parse_scope(parameters["scope"]) if "scope" in parameters else None,
        state=_bounded(parameters, "state", LONGEST_STATE),
        nonce=_bounded(parameters, "nonce", LONGEST_NONCE),
        code_challenge=_challenge(parameters, client),
        resource=parameters.get("resource"),
        prompt=_prompt(parameters),
        max_age=_max_age(parameters),
        login_hint=_bounded(parameters, "login_hint", 254),
        id_token_hint=parameters.get("id_token_hint"),
        ui_locales=tuple(parameters.get("ui_locales", "").split()),
        acr_values=tuple(parameters.get("acr_values", "").split()),
        claims=parse_claims(parameters.get("claims")),
    )


def response_mode_of(parameters: Mapping[str, str]) -> str:
    """Return how the answer goes back. OAuth 2.0 Form Post Response Mode"""
    mode = parameters.get("response_mode", RESPONSE_MODES[0])
    if mode not in RESPONSE_MODES:
        raise InvalidRequest("response_mode is not query or form_post")
    return mode


def _require_supported(parameters: Mapping[str, str]) -> None:
    if "request" in parameters:
        raise RequestNotSupported("request objects are not supported")
    if "request_uri" in parameters:
        raise RequestUriNotSupported("request_uri is not supported")
    if "response_type" not in parameters:
        raise InvalidRequest("response_type is missing")
    if parameters["response_type"] != "code":
        raise UnsupportedResponseType("response_type is not code")


def _challenge(parameters: Mapping[str, str], client: Client) -> str:
    """Require a challenge of every client, unless a confidential one is registered to do without. RFC 7636 §4.4.1"""
    challenge = parameters.get("code_challenge")
    if challenge is None:
        if client.is_public or client.require_pkce:
            raise InvalidRequest("code_challenge is missing")
        if "code_challenge_method" in parameters:
            raise InvalidRequest("code_challenge_method is given without a code_challenge")
        return NO_CHALLENGE
    if parameters.get("code_challenge_method") != METHOD:
        raise InvalidRequest("code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("code_challenge is not the base64url of a SHA-256")
    return challenge


def _prompt(parameters: Mapping[str, str]) -> tuple[str, ...]:
    prompts = tuple(parameters.get("prompt", "").split())
    if not set(prompts) <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequest("prompt is not none alone, or some of login, consent and select_account")
    return prompts


def _max_age(parameters: Mapping[str, str]) -> int | None:
    text = parameters.get("max_age")
    if text is None:
        return None
    if not SECONDS.fullmatch(text) or not text.isascii():
        raise InvalidRequest("max_age is not a number of seconds")
    return int(text)


def _bounded(parameters: Mapping[str, str], name: str, most: int) -> str | None:
    value = parameters.get(name)
    if value is not None and len(value) > most:
        raise InvalidRequest(f"{name} is longer than {most} characters")
    return value
