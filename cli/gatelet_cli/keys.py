"""`gatelet keys`"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from gatelet_cli.emergency import Emergency
from gatelet_cli.failure import Usage
from gatelet_cli.invocation import invocation
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.options import Yes, noun

app = noun("keys", "Keys that sign tokens, and those that make refresh tokens. They are never shown.")

COLUMNS = ("secret", "alg", "use", "kid", "created_at", "retired_at")


class Secret(StrEnum):
    """The two secrets of a stack."""

    signing = "signing"
    grant = "grant"


Which = Annotated[Secret, typer.Option("--secret", help="Keys of access tokens, or those of codes and refresh tokens.")]


@app.command("list")
def list_keys(context: typer.Context) -> None:
    """List the ids and ages of the keys."""
    from gatelet_cli.key_rotation import key_rows  # noqa: PLC0415 - boto3 takes long to import

    run = invocation(context)
    rows = key_rows(run.administration.keys.status())
    run.console.rows(COLUMNS, rows, empty="There are no keys yet: is the stack deployed?")


@app.command()
def rotate(
    context: typer.Context,
    *,
    secret: Which = Secret.signing,
    emergency: Annotated[
        bool, typer.Option("--emergency", help="The keys are known to somebody else: replace all of them, now.")
    ] = False,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="With --emergency: do not wait until every signer has the new keys.")
    ] = False,
    kid: Annotated[
        str | None, typer.Option("--kid", help="With --emergency: only this key is known to somebody else.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Let the next key sign, and make the one after it. No token becomes invalid, except in an emergency."""
    run = invocation(context)
    if emergency:
        Emergency(run, secret.value, kid).handle(at_once=at_once, yes=yes)
        return
    if at_once or kid:
        raise Usage("--at-once and --kid are for --emergency.")
    with run.action(OperatorEvent.KEYS_ROTATED, keys=secret.value):
        answer = run.administration.keys.rotate(secret.value)
    kids = ", ".join(f"{alg} {ring['current']}" for alg, ring in sorted(answer["kids"].items()))
    run.console.done(f"The {secret.value} keys are rotated; now in use: {kids}.", answer)


@app.command("revoke-compromised")
def revoke_compromised(context: typer.Context, *, secret: Which = Secret.signing, yes: Yes = False) -> None:
    """Finish an emergency rotation: refuse everything that the replaced keys made."""
    run = invocation(context)
    run.console.confirm(f"Refuse everything that the replaced {secret.value} keys made?", yes=yes)
    Emergency(run, secret.value, None).revoke()
