"""Registers a demonstration in the deployed stack, as an operator would."""

from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec

from gatelet.accounts.password import PasswordHashing
from gatelet.aws.record import AlreadyExists
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.role import Role
from gatelet_cli.administration import Administration
from gatelet_cli.local.demonstration import LEGACY, SERVICE, Demonstration, DemonstrationUser, ProtectedResource

ROLE = "reader"
SUB = "u_alice"
GRANT_TYPES = {SERVICE: ("client_credentials",), LEGACY: ("password", "refresh_token")}

Parameters = ParamSpec("Parameters")


def register(demonstration: Demonstration, administration: Administration) -> None:
    """Create what is not there yet; what an earlier run has kept stays as it is."""
    directory, accounts = administration.directory, administration.accounts
    now = directory.now()
    _unless_there(directory.create_resource_server, _api(demonstration.resource))
    _unless_there(directory.create_role, Role(name=ROLE, permissions=frozenset({demonstration.resource.scope})))
    for name in demonstration.clients:
        _unless_there(directory.create_client, _client(demonstration, name, now))
    password_hash = PasswordHashing().hash(demonstration.user.password)
    _unless_there(accounts.create_user, _user(demonstration.user, now), password_hash)


def _unless_there(create: Callable[Parameters, None], *what: Parameters.args, **named: Parameters.kwargs) -> None:
    with suppress(AlreadyExists):
        create(*what, **named)


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
        secrets=(secret,),
        first_party=name == LEGACY,
        created_at=now,
    )


def _user(user: DemonstrationUser, now: int) -> ResourceOwner:
    return ResourceOwner(
        sub=SUB,
        username=user.username,
        roles=(ROLE,),
        claims={"email": user.email, "email_verified": True},
        created_at=now,
    )
