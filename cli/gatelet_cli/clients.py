"""`gatelet clients`"""

from __future__ import annotations

from typing import Annotated

import typer

from gatelet_cli import client_registration, client_secrets, duration, logo_image
from gatelet_cli.client_options import (
    AllowedOrigins,
    ChosenId,
    ClientId,
    ClientUri,
    FirstParty,
    GrantTypes,
    IdTokenAlgorithm,
    Logo,
    Method,
    Name,
    PolicyUri,
    PostLogoutRedirectUris,
    RedirectUris,
    RefreshGrace,
    RefreshTokenCookie,
    RequirePkce,
    Scopes,
    TosUri,
)
from gatelet_cli.client_registration import Metadata, document, with_secret
from gatelet_cli.console import moment
from gatelet_cli.failure import Usage
from gatelet_cli.invocation import invocation
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.options import Yes, noun

app = noun("clients", "Applications that get tokens. RFC 7591")

COLUMNS = ("client_id", "client_name", "token_endpoint_auth_method", "grant_types", "scope", "enabled")
REMEMBERED = "The server remembers a client for up to 60 s."
SHOWN_ONCE = "The client secret is shown this once: store it now."


@app.command()
def create(
    context: typer.Context,
    *,
    client_name: Name = None,
    grant_type: GrantTypes = None,
    redirect_uri: RedirectUris = None,
    post_logout_redirect_uri: PostLogoutRedirectUris = None,
    token_endpoint_auth_method: Method = None,
    scope: Scopes = None,
    id_token_signed_response_alg: IdTokenAlgorithm = None,
    client_uri: ClientUri = None,
    policy_uri: PolicyUri = None,
    tos_uri: TosUri = None,
    logo: Logo = None,
    require_pkce: RequirePkce = None,
    first_party: FirstParty = None,
    refresh_grace: RefreshGrace = None,
    allowed_origin: AllowedOrigins = None,
    refresh_token_cookie: RefreshTokenCookie = None,
    client_id: ChosenId = None,
) -> None:
    """Register a client and show its secret, once."""
    run = invocation(context)
    wanted = Metadata(
        client_name=client_name,
        grant_types=_list(grant_type),
        redirect_uris=_list(redirect_uri),
        post_logout_redirect_uris=_list(post_logout_redirect_uri),
        token_endpoint_auth_method=token_endpoint_auth_method,
        scope=_scopes(scope),
        id_token_signed_response_alg=id_token_signed_response_alg,
        client_uri=client_uri,
        policy_uri=policy_uri,
        tos_uri=tos_uri,
        logo_uri=None if logo is None else logo_image.data_uri(logo),
        require_pkce=require_pkce,
        first_party=first_party,
        refresh_grace=refresh_grace,
        allowed_origins=_list(allowed_origin),
        refresh_token_cookie=refresh_token_cookie,
    )
    with run.action(OperatorEvent.CLIENT_CREATED) as about:
        registration = client_registration.register(wanted, client_id, run.administration)
        about["client_id"] = registration.client.client_id
    run.console.record(with_secret(registration.client, registration.secret))
    for note in (*registration.notes, *([SHOWN_ONCE] if registration.secret else [])):
        run.console.note(note)


@app.command("list")
def list_clients(context: typer.Context) -> None:
    """List the clients."""
    run = invocation(context)
    found = sorted(run.administration.directory.clients(), key=lambda client: (client.client_name, client.client_id))
    run.console.rows(COLUMNS, [document(client) for client in found], empty="There are no clients.")


@app.command()
def show(context: typer.Context, *, client_id: ClientId) -> None:
    """Show a client; its secrets are not known to anybody but their owner."""
    run = invocation(context)
    run.console.record(document(run.administration.directory.client(client_id)))


@app.command()
def update(
    context: typer.Context,
    *,
    client_id: ClientId,
    client_name: Name = None,
    grant_type: GrantTypes = None,
    redirect_uri: RedirectUris = None,
    post_logout_redirect_uri: PostLogoutRedirectUris = None,
    token_endpoint_auth_method: Method = None,
    scope: Scopes = None,
    id_token_signed_response_alg: IdTokenAlgorithm = None,
    client_uri: ClientUri = None,
    policy_uri: PolicyUri = None,
    tos_uri: TosUri = None,
    logo: Logo = None,
    require_pkce: RequirePkce = None,
    first_party: FirstParty = None,
    refresh_grace: RefreshGrace = None,
    allowed_origin: AllowedOrigins = None,
    refresh_token_cookie: RefreshTokenCookie = None,
) -> None:
    """Change a client: what is not named stays, a list that is named is replaced ('' empties it, or a text)."""
    run = invocation(context)
    wanted = Metadata(
        client_name=client_name,
        grant_types=_list(grant_type),
        redirect_uris=_list(redirect_uri),
        post_logout_redirect_uris=_list(post_logout_redirect_uri),
        token_endpoint_auth_method=token_endpoint_auth_method,
        scope=_scopes(scope),
        id_token_signed_response_alg=id_token_signed_response_alg,
        client_uri=client_uri,
        policy_uri=policy_uri,
        tos_uri=tos_uri,
        logo_uri=None if logo is None else logo_image.data_uri(logo),
        require_pkce=require_pkce,
        first_party=first_party,
        refresh_grace=refresh_grace,
        allowed_origins=_list(allowed_origin),
        refresh_token_cookie=refresh_token_cookie,
    )
    if not wanted.given():
        raise Usage("Name what to change, such as --client-name. See `gatelet clients update --help`.")
    with run.action(OperatorEvent.CLIENT_UPDATED, client_id=client_id, changed=" ".join(wanted.given())):
        client, notes = client_registration.change(client_id, wanted, run.administration)
    run.console.record(document(client))
    for note in (*notes, REMEMBERED):
        run.console.note(note)


@app.command("rotate-secret")
def rotate_secret(
    context: typer.Context,
    *,
    client_id: ClientId,
    overlap: Annotated[
        str, typer.Option("--overlap", help="How long the old secret stays good: 3600, 90s, 1h, 7d; 0 ends it now.")
    ] = "24h",
    yes: Yes = False,
) -> None:
    """Give a client a new secret and show it, once. Two are good at a time."""
    run = invocation(context)
    seconds = _overlap(overlap)
    client = run.administration.directory.client(client_id)
    dropped = client_secrets.secret_to_drop(client, run.administration.directory.now(), seconds)
    if dropped:
        run.console.confirm(
            f"Client {client_id} has two secrets: the one made at {moment(dropped.created_at)} stops working. Go on?",
            yes=yes,
        )
    elif not seconds and client.secrets:
        run.console.confirm(f"Every other secret of client {client_id} stops working. Go on?", yes=yes)
    with run.action(OperatorEvent.CLIENT_SECRET_ROTATED, client_id=client_id):
        rotation = client_secrets.rotate_secret(client, seconds, run.administration)
    run.console.record(with_secret(rotation.client, rotation.secret))
    run.console.note(f"{SHOWN_ONCE} {REMEMBERED}")


@app.command()
def enable(context: typer.Context, *, client_id: ClientId) -> None:
    """Let a client authenticate again."""
    run = invocation(context)
    with run.action(OperatorEvent.CLIENT_ENABLED, client_id=client_id):
        client = run.administration.accounts.enable_client(client_id)
    run.console.done(f"Client {client_id} is enabled. {REMEMBERED}", document(client))


@app.command()
def disable(context: typer.Context, *, client_id: ClientId, yes: Yes = False) -> None:
    """Stop a client from getting tokens, and refuse those that it has."""
    run = invocation(context)
    client = run.administration.directory.client(client_id)
    run.console.confirm(f"Disable client {client_id} ({client.client_name}) and refuse its tokens?", yes=yes)
    with run.action(OperatorEvent.CLIENT_DISABLED, client_id=client_id):
        client = run.administration.accounts.disable_client(client_id)
    run.console.done(f"Client {client_id} is disabled, and its access tokens are refused.", document(client))


@app.command()
def delete(context: typer.Context, *, client_id: ClientId, yes: Yes = False) -> None:
    """Remove a client, its grants and its tokens."""
    run = invocation(context)
    client = run.administration.directory.client(client_id)
    run.console.confirm(f"Delete client {client_id} ({client.client_name}) and revoke its grants?", yes=yes)
    with run.action(OperatorEvent.CLIENT_DELETED, client_id=client_id):
        revoked = run.administration.accounts.delete_client(client_id)
    run.console.done(
        f"Client {client_id} is deleted. Grants that were revoked: {revoked}.",
        {"client_id": client_id, "deleted": True, "revoked_grants": revoked},
    )


def _list(values: list[str] | None) -> tuple[str, ...] | None:
    """Tell a list that was not named from one that was emptied."""
    return None if not values else tuple(value for value in values if value)


def _scopes(values: list[str] | None) -> tuple[str, ...] | None:
    return None if not values else tuple(dict.fromkeys(" ".join(values).split()))


def _overlap(text: str) -> int:
    try:
        seconds = duration.parse(text)
    except ValueError as error:
        raise Usage(f"--overlap {error}.") from None
    client_secrets.require_overlap(seconds)
    return seconds
