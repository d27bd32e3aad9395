"""Registers a demonstration in the deployed stack, as an operator would."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import ParamSpec
from urllib.parse import urlsplit

from gatelet.accounts.password import PasswordHashing
from gatelet.aws.record import AlreadyExists
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.role import Role
from gatelet_cli.administration import Administration
from gatelet_cli.local.demonstration import (
    CALLBACK,
    LEGACY,
    PAGE_CLIENT_ID,
    PAGE_SCOPE,
    SERVICE,
    WEB,
    Demonstration,
    DemonstrationUser,
    ProtectedResource,
)

ROLE = "reader"
SUB = "u_alice"
GRANT_TYPES = {
    SERVICE: ("client_credentials",),
    LEGACY: ("password", "refresh_token"),
    WEB: ("authorization_code", "refresh_token"),
}
REDIRECT_URIS = {WEB: (f"http://127.0.0.1{CALLBACK}", f"http://localhost{CALLBACK}")}
POST_LOGOUT_REDIRECT_URIS = {WEB: ("http://127.0.0.1/signed-out",)}

Parameters = ParamSpec("Parameters")


def register(demonstration: Demonstration, administration: Administration) -> None:
    """Create what is not there yet; what an earlier run has kept stays as it is."""
    directory, accounts = administration.directory, administration.accounts
    now = directory.now()
    _unless_there(directory.create_resource_server, _api(demonstration.resource))
    _unless_there(directory.create_role, Role(name=ROLE, permissions=frozenset({demonstration.resource.scope})))
    for name in demonstration.clients:
        _unless_there(directory.create_client, _client(demonstration, name, now))
    _register_page(_page_client(demonstration.page, now), administration)
    password_hash = PasswordHashing().hash(demonstration.user.password)
    _unless_there(accounts.create_user, _user(demonstration.user, now), password_hash)


def _unless_there(create: Callable[Parameters, None], *what: Parameters.args, **named: Parameters.kwargs) -> None:
    with suppress(AlreadyExists):
        create(*what, **named)


def _register_page(client: Client, administration: Administration) -> None:
    """Register the page's client at the address of this run; an earlier run may have had another port."""
    directory = administration.directory
    _unless_there(directory.create_client, client)
    directory.change_client(
        client.client_id,
        lambda kept: replace(
            kept,
            client_uri=client.client_uri,
            redirect_uris=client.redirect_uris,
            post_logout_redirect_uris=client.post_logout_redirect_uris,
            allowed_origins=client.allowed_origins,
        ),
    )


def _api(resource: ProtectedResource) -> ResourceServer:
    return ResourceServer(
        identifier=resource.audience,
        name="Who am I",
        scopes={resource.scope: "See who you are"},
    )


def _client(demonstration: Demonstration, name: str, now: int) -> Client:
    client = demonstration.clients[name]
    secret = ClientSecret(sha256=hash_secret(client.client_secret), created_at=now)
    return Client(
        client_id=client.client_id,
        client_name=f"Demonstration: {name}",
        token_endpoint_auth_method="client_secret_basic",
        grant_types=GRANT_TYPES[name],
        scope=tuple(client.scope.split()),
        redirect_uris=REDIRECT_URIS.get(name, ()),
        post_logout_redirect_uris=POST_LOGOUT_REDIRECT_URIS.get(name, ()),
        secrets=(secret,),
        first_party=name == LEGACY,
        created_at=now,
    )


def _page_client(page: str, now: int) -> Client:
    """Return the client of the page: public, in a browser, somebody else's, so that consent is asked for."""
    origin = urlsplit(page)._replace(path="").geturl()
    return Client(
        client_id=PAGE_CLIENT_ID,
        client_name="Demonstration page",
        token_endpoint_auth_method="none",
        grant_types=("authorization_code",),
        scope=tuple(PAGE_SCOPE.split()),
        client_uri=page,
        redirect_uris=(page,),
        post_logout_redirect_uris=(page,),
        allowed_origins=(origin,),
        created_at=now,
    )


def _user(user: DemonstrationUser, now: int) -> ResourceOwner:
    return ResourceOwner(
        sub=SUB,
        username=user.username,
        roles=(ROLE,),
        claims={
            "name": "Alice Example",
            "given_name": "Alice",
            "family_name": "Example",
            "preferred_username": user.username,
            "email": user.email,
            "email_verified": True,
        },
        created_at=now,
    )
