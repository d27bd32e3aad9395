"""Registering and changing protected APIs, and taking scopes away."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gatelet.oauth.access_token import LONGEST_LIFETIME
from gatelet.oauth.openid import SCOPES as OPENID_SCOPES
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.scope import SCOPE_TOKEN
from gatelet_cli.client_registration import users_of_scopes
from gatelet_cli.failure import Failure, Usage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gatelet_cli.administration import Administration

IDENTIFIER = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+")
LONGEST_IDENTIFIER = 255
LONGEST_NAME = 200
SHORTEST_LIFETIME = 60
MOST_SCOPES = 90
"""An API and its scopes are one transaction of at most 100 writes."""


@dataclass(frozen=True, kw_only=True)
class ApiMetadata:
    """What the operator wants of an API; None leaves it as it is."""

    name: str | None = None
    access_token_lifetime: int | None = None
    signing_alg: str | None = None
    introspection_client_id: str | None = None

    def given(self) -> dict[str, Any]:
        """Return the members that are to be set; an empty client takes the right to introspect away."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        if given.get("introspection_client_id") == "":
            given["introspection_client_id"] = None
        return given


def parse_scopes(arguments: Sequence[str]) -> dict[str, str]:
    """Read `name` or `name=description`. Raises Usage."""
    scopes: dict[str, str] = {}
    for argument in arguments:
        name, _, description = argument.partition("=")
        if not SCOPE_TOKEN.fullmatch(name):
            raise Usage(
                f"--scope {name[:80]!a} is not a scope:"
                " 1 to 128 printable ASCII characters without space, quote or backslash."
            )
        if name in OPENID_SCOPES:
            raise Usage(f"--scope {name} belongs to OpenID Connect: choose another name.")
        if name in scopes:
            raise Usage(f"--scope {name} is given twice.")
        if not description.isprintable() or len(description) > LONGEST_NAME:
            raise Usage(f"--scope {name} needs a description of at most {LONGEST_NAME} printable characters.")
        scopes[name] = description
    return scopes


def register(
    identifier: str, wanted: ApiMetadata, scopes: Mapping[str, str], administration: Administration
) -> ResourceServer:
    """Register an API. Raises Usage and AlreadyExists."""
    _require_identifier(identifier, administration)
    server = ResourceServer(identifier=identifier, scopes=dict(scopes), **{"name": identifier, **wanted.given()})
    _require_api(server, administration)
    administration.directory.create_resource_server(server)
    return server


def change(
    identifier: str,
    wanted: ApiMetadata,
    *,
    scopes: Mapping[str, str],
    removed: Collection[str],
    administration: Administration,
) -> ResourceServer:
    """Change an API: set what is wanted, add or describe scopes, take scopes away from it and from everybody."""
    before = administration.directory.resource_server(identifier)
    require_owned(before, removed)
    kept = {name: text for name, text in before.scopes.items() if name not in removed}
    after = replace(before, scopes={**kept, **scopes}, **wanted.given())
    _require_api(after, administration)
    withdraw([*removed], administration)
    return administration.directory.change_resource_server(
        identifier, lambda server: after if server == before else _changed_meanwhile(identifier)
    )


def delete(server: ResourceServer, administration: Administration) -> None:
    """Remove an API, and its scopes from clients and roles: another API may register them, and means something else."""
    withdraw([*server.scopes], administration)
    administration.directory.delete_resource_server(server.identifier)


def withdraw(scopes: Sequence[str], administration: Administration) -> None:
    """Take scopes away from every client and role that has them."""
    gone = frozenset(scopes)
    clients, roles = users_of_scopes(scopes, administration)
    for client_id in clients:
        administration.directory.change_client(
            client_id, lambda client: replace(client, scope=tuple(s for s in client.scope if s not in gone))
        )
    for name in roles:
        administration.directory.change_role(name, lambda role: role._replace(permissions=role.permissions - gone))


def require_owned(server: ResourceServer, scopes: Collection[str]) -> None:
    """Require that the scopes are the API's. Raises Failure."""
    for scope in scopes:
        if scope not in server.scopes:
            raise Failure(f"--remove-scope {scope} is not a scope of {server.identifier}.")


def document(server: ResourceServer) -> dict[str, Any]:
    """Render an API."""
    return {
        "identifier": server.identifier,
        "name": server.name,
        "scopes": dict(server.scopes),
        "access_token_lifetime": server.access_token_lifetime,
        "signing_alg": server.signing_alg,
        "introspection_client": server.introspection_client_id,
    }


def _require_identifier(identifier: str, administration: Administration) -> None:
    """Require an absolute URI without fragment. RFC 8707 §2"""
    if not IDENTIFIER.fullmatch(identifier) or "#" in identifier or len(identifier) > LONGEST_IDENTIFIER:
        raise Usage(
            f"--identifier must be an absolute URI of at most {LONGEST_IDENTIFIER} ASCII characters"
            " without a fragment, such as https://api.example."
        )
    if identifier == administration.stack.issuer:
        raise Usage("--identifier must not be the issuer: its tokens are for the authorization server itself.")


def _require_api(server: ResourceServer, administration: Administration) -> None:
    if not server.name.strip() or len(server.name) > LONGEST_NAME or not server.name.isprintable():
        raise Usage(f"--name must be 1 to {LONGEST_NAME} printable characters.")
    if not 0 < len(server.scopes) <= MOST_SCOPES:
        raise Usage(f"--scope must be given once or more: an API has 1 to {MOST_SCOPES} scopes.")
    if not SHORTEST_LIFETIME <= server.access_token_lifetime <= LONGEST_LIFETIME:
        raise Usage(f"--access-token-lifetime must be {SHORTEST_LIFETIME} to {LONGEST_LIFETIME} seconds.")
    algorithms = administration.published_algorithms()
    if server.signing_alg not in algorithms:
        raise Usage(f"--signing-alg must be one that this stack has keys for: {', '.join(algorithms)}.")
    if server.introspection_client_id is not None:
        administration.directory.client(server.introspection_client_id)


def _changed_meanwhile(identifier: str) -> ResourceServer:
    raise Failure(f"API {identifier} was changed by somebody else just now. Nothing was written to it; try again.")
