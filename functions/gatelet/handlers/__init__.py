"""The Lambda functions, and the one table of the endpoints they answer."""

from __future__ import annotations

from typing import NamedTuple


class Endpoint(NamedTuple):
    """One path of the authorization server and the function that answers it."""

    name: str
    """The member that announces it in the metadata document (RFC 8414 §2), or a plain name."""
    function: str
    """The module of `gatelet.handlers` whose `handler` is the Lambda function."""
    path: str
    methods: tuple[str, ...]
    specification: str


ENDPOINTS = (
    Endpoint(
        "openid_configuration",
        "metadata",
        "/.well-known/openid-configuration",
        ("GET",),
        "OpenID Connect Discovery 1.0 §4",
    ),
    Endpoint(
        "authorization_server_metadata",
        "metadata",
        "/.well-known/oauth-authorization-server",
        ("GET",),
        "RFC 8414 §3",
    ),
    Endpoint("jwks_uri", "metadata", "/.well-known/jwks.json", ("GET",), "RFC 7517 §5"),
    Endpoint("authorization_endpoint", "authorize", "/oauth2/authorize", ("GET", "POST"), "RFC 6749 §3.1"),
    Endpoint("login", "authorize", "/login", ("GET", "POST"), "OpenID Connect Core 1.0 §3.1.2.3"),
    Endpoint("consent", "authorize", "/consent", ("POST",), "OpenID Connect Core 1.0 §3.1.2.4"),
    Endpoint(
        "end_session_endpoint",
        "authorize",
        "/oauth2/logout",
        ("GET", "POST"),
        "OpenID Connect RP-Initiated Logout 1.0 §2",
    ),
    Endpoint("account", "authorize", "/account", ("GET", "POST"), "the signed-in user's own page"),
    Endpoint("assets", "authorize", "/assets/{name}", ("GET",), "files of the pages, under hashed names"),
    Endpoint("token_endpoint", "token", "/oauth2/token", ("POST",), "RFC 6749 §3.2"),
    Endpoint("refresh", "refresh", "/oauth2/refresh", ("POST",), "RFC 6749 §6"),
    Endpoint("revocation_endpoint", "revoke", "/oauth2/revoke", ("POST",), "RFC 7009 §2"),
    Endpoint("introspection_endpoint", "introspect", "/oauth2/introspect", ("POST",), "RFC 7662 §2"),
    Endpoint("userinfo_endpoint", "userinfo", "/oauth2/userinfo", ("GET", "POST"), "OpenID Connect Core 1.0 §5.3"),
)
