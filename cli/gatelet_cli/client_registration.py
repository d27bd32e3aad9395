"""Registering and changing clients."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.client_metadata import InvalidClientMetadata, require_client_metadata, require_registered_scopes
from gatelet.oauth.openid import OPENID
from gatelet.oauth.scope import format_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet_cli.administration import Administration
    from gatelet_cli.stack import Stack

DEFAULT_GRANT_TYPES = ("authorization_code",)
DEFAULT_METHOD = "client_secret_basic"
"""RFC 7591 §2"""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What the operator wants of a client's metadata; None leaves it as it is."""

    client_name: str | None = None
    grant_types: tuple[str, ...] | None = None
    redirect_uris: tuple[str, ...] | None = None
    post_logout_redirect_uris: tuple[str, ...] | None = None
    token_endpoint_auth_method: str | None = None
    scope: tuple[str, ...] | None = None
    id_token_signed_response_alg: str | None = None
    client_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    logo_uri: str | None = None
    require_pkce: bool | None = None
    first_party: bool | None = None
    refresh_grace: int | None = None
    allowed_origins: tuple[str, ...] | None = None
    refresh_token_cookie: bool | None = None

    def given(self) -> dict[str, Any]:
        """Return the members that are to be set."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A new client, its secret where it has one (nobody can read it again), and what to know."""

    client: Client
    secret: str | None
    notes: tuple[str, ...]


def register(wanted: Metadata, client_id: str | None, administration: Administration) -> Registration:
    """Register a client. RFC 7591 §3 Raises InvalidClientMetadata and AlreadyExists."""
    client = Client(
        **{
            "client_name": "",
            "token_endpoint_auth_method": DEFAULT_METHOD,
            "grant_types": DEFAULT_GRANT_TYPES,
            "scope": (),
            **wanted.given(),
        },
        client_id=client_id or f"c_{secrets.token_urlsafe(12)}",
    )
    require_client_metadata(client)
    require_registered_scopes(client.scope, administration.registered_scopes())
    _require_published_algorithm(client, administration)
    now = administration.directory.now()
    secret = None if client.is_public else secrets.token_urlsafe(32)
    client = replace(client, created_at=now, secrets=_first_secret(secret, now))
    administration.directory.create_client(client)
    return Registration(client=client, secret=secret, notes=notes(client, administration.stack))


def change(client_id: str, wanted: Metadata, administration: Administration) -> tuple[Client, tuple[str, ...]]:
    """Change a client's metadata and return it with what to know. RFC 7592 §2.2"""
    registered = administration.registered_scopes() if wanted.scope else {}

    def changed(client: Client) -> Client:
        successor = replace(client, **wanted.given())
        if successor.is_public != client.is_public:
            raise InvalidClientMetadata(
                "token_endpoint_auth_method", "cannot turn a public client into another or back: register a new one"
            )
        require_client_metadata(successor)
        require_registered_scopes(wanted.scope or (), registered)
        return successor

    if {"scope", "id_token_signed_response_alg"} & wanted.given().keys():
        _require_published_algorithm(
            replace(administration.directory.client(client_id), **wanted.given()), administration
        )
    client = administration.directory.change_client(client_id, changed)
    return client, notes(client, administration.stack)


def notes(client: Client, stack: Stack) -> tuple[str, ...]:
    """Say what the client's metadata allows and this deployment does not do."""
    found = []
    if "password" in client.grant_types and not stack.password_grant:
        found.append("The password grant is switched off in this stack: deploy it with password_grant=True.")
    if client.refresh_token_cookie and not stack.has_custom_domain:
        found.append(
            "The refresh token cookie needs a custom domain: execute-api hosts are public suffixes,"
            " and browsers keep no cookie for them across sites."
        )
    return tuple(found)


def document(client: Client) -> dict[str, Any]:
    """Render a client as RFC 7591 §3.2.1 does, and never a secret or its hash."""
    return {
        "client_id": client.client_id,
        "client_name": client.client_name,
        "enabled": client.enabled,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "grant_types": list(client.grant_types),
        "scope": format_scope(client.scope),
        "id_token_signed_response_alg": client.id_token_signed_response_alg,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "client_uri": client.client_uri,
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
        "logo_uri": client.logo_uri,
        "require_pkce": client.require_pkce,
        "first_party": client.first_party,
        "refresh_grace": client.refresh_grace,
        "allowed_origins": list(client.allowed_origins),
        "refresh_token_cookie": client.refresh_token_cookie,
        "client_id_issued_at": client.created_at,
        "secrets": [
            {"created_at": secret.created_at, "expires_at": secret.expires_at or 0} for secret in client.secrets
        ],
    }


def with_secret(client: Client, secret: str | None) -> dict[str, Any]:
    """Render a client together with the secret that it was just given. RFC 7591 §3.2.1"""
    return {**document(client), **({"client_secret": secret, "client_secret_expires_at": 0} if secret else {})}


def users_of_scopes(scopes: Sequence[str], administration: Administration) -> tuple[list[str], list[str]]:
    """Return the clients that may ask for any of the scopes, and the roles that permit any."""
    wanted = frozenset(scopes)
    clients = [client.client_id for client in administration.directory.clients() if wanted & set(client.scope)]
    roles = [role.name for role in administration.directory.roles() if wanted & role.permissions]
    return clients, roles


def _require_published_algorithm(client: Client, administration: Administration) -> None:
    """Require keys for the client's ID tokens, so that nobody finds out at sign-in. OpenID Connect Core §3.1.3.7"""
    if OPENID not in client.scope:
        return
    algorithms = administration.published_algorithms()
    if client.id_token_signed_response_alg not in algorithms:
        raise InvalidClientMetadata(
            "id_token_signed_response_alg", f"must be one that this stack has keys for: {', '.join(algorithms)}"
        )


def _first_secret(secret: str | None, now: int) -> tuple[ClientSecret, ...]:
    return (ClientSecret(sha256=hash_secret(secret), created_at=now),) if secret else ()
