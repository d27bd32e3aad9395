"""`gatelet apis`"""

from __future__ import annotations

from typing import Annotated

import typer

from gatelet_cli import api_registration
from gatelet_cli.api_registration import ApiMetadata, document, parse_scopes
from gatelet_cli.client_registration import users_of_scopes
from gatelet_cli.failure import Usage
from gatelet_cli.invocation import Invocation, invocation
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.options import Yes, noun

app = noun("apis", "APIs that tokens are for: each an audience with scopes of its own. RFC 8707")

COLUMNS = ("identifier", "name", "scopes", "access_token_lifetime", "signing_alg", "introspection_client")
REMEMBERED = "The server remembers the APIs for up to 60 s."

Identifier = Annotated[str, typer.Argument(metavar="IDENTIFIER", help="As `gatelet apis list` shows it.")]
Name = Annotated[str | None, typer.Option("--name", help="What people call it.")]
Lifetime = Annotated[
    int | None,
    typer.Option(
        "--access-token-lifetime",
        metavar="SECONDS",
        help="How long an access token is good: 60 to 3600, at first 900.",
    ),
]
Algorithm = Annotated[
    str | None,
    typer.Option(
        "--signing-alg",
        metavar="ALG",
        help="ES256 (at first), RS256 (which API Gateway's own JWT authorizer needs) or EdDSA.",
    ),
]
Introspector = Annotated[
    str | None, typer.Option("--introspection-client", help="Client that may introspect its tokens. RFC 7662")
]


@app.command()
def create(
    context: typer.Context,
    *,
    identifier: Annotated[str, typer.Option("--identifier", help="Absolute URI that becomes `aud`.")],
    scope: Annotated[list[str], typer.Option("--scope", help="NAME or 'NAME=what it allows'. Repeat for more.")],
    name: Name = None,
    access_token_lifetime: Lifetime = None,
    signing_alg: Algorithm = None,
    introspection_client: Introspector = None,
) -> None:
    """Register an API; a scope belongs to one API."""
    run = invocation(context)
    wanted = ApiMetadata(
        name=name,
        access_token_lifetime=access_token_lifetime,
        signing_alg=signing_alg,
        introspection_client_id=introspection_client,
    )
    with run.action(OperatorEvent.API_CREATED, audience=identifier):
        server = api_registration.register(identifier, wanted, parse_scopes(scope), run.administration)
    run.console.record(document(server))


@app.command("list")
def list_apis(context: typer.Context) -> None:
    """List the APIs."""
    run = invocation(context)
    servers = run.administration.directory.resource_servers()
    run.console.rows(COLUMNS, [document(server) for server in servers], empty="There are no APIs.")


@app.command()
def update(
    context: typer.Context,
    *,
    identifier: Identifier,
    name: Name = None,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="Scope to add or to describe anew. Repeat for more.")
    ] = None,
    remove_scope: Annotated[
        list[str] | None,
        typer.Option("--remove-scope", help="Scope to take away, from clients and roles too. Repeat for more."),
    ] = None,
    access_token_lifetime: Lifetime = None,
    signing_alg: Algorithm = None,
    introspection_client: Introspector = None,
    yes: Yes = False,
) -> None:
    """Change an API: what is not named stays. An --introspection-client '' takes that right away."""
    run = invocation(context)
    wanted = ApiMetadata(
        name=name,
        access_token_lifetime=access_token_lifetime,
        signing_alg=signing_alg,
        introspection_client_id=introspection_client,
    )
    if not (wanted.given() or scope or remove_scope):
        raise Usage("Name what to change, such as --scope. See `gatelet apis update --help`.")
    removed = remove_scope or []
    server = run.administration.directory.resource_server(identifier)
    api_registration.require_owned(server, removed)
    if removed:
        run.console.confirm(f"Remove {', '.join(removed)} from {identifier}{_losers(run, removed)}?", yes=yes)
    with run.action(OperatorEvent.API_UPDATED, audience=identifier):
        server = api_registration.change(
            identifier, wanted, scopes=parse_scopes(scope or []), removed=removed, administration=run.administration
        )
    run.console.record(document(server))
    run.console.note(REMEMBERED)


@app.command()
def delete(context: typer.Context, *, identifier: Identifier, yes: Yes = False) -> None:
    """Remove an API and its scopes."""
    run = invocation(context)
    server = run.administration.directory.resource_server(identifier)
    run.console.confirm(f"Delete API {identifier} and its scopes{_losers(run, [*server.scopes])}?", yes=yes)
    with run.action(OperatorEvent.API_DELETED, audience=identifier):
        api_registration.delete(server, run.administration)
    run.console.done(
        f"API {identifier} is deleted. Tokens for it that exist are good for {server.access_token_lifetime} s at most.",
        {"identifier": identifier, "deleted": True},
    )


def _losers(run: Invocation, scopes: list[str]) -> str:
    """Say who has any of the scopes and loses them."""
    clients, roles = users_of_scopes(scopes, run.administration)
    named = [f"client {client}" for client in clients] + [f"role {role}" for role in roles]
    return f", and take them from {', '.join(named)}" if named else ""
