"""`gatelet`: the operator's command."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from gatelet_cli import apis, audit, clients, cost, grants, keys, roles, sessions, status, users
from gatelet_cli.console import Console, Output
from gatelet_cli.invocation import Invocation
from gatelet_cli.options import GateletCommand
from gatelet_cli.stack import StackOptions
from gatelet_cli.terminal import Terminal

HELP = """Operate a Gatelet authorization server with your own IAM credentials.

The deployment is found by the outputs of its CloudFormation stack.
"""
EXAMPLES = """Examples:

gatelet --local status

gatelet apis create --identifier https://api.example --name "My API" --scope notes:read

gatelet clients create --client-name "My service" --grant-type client_credentials --scope notes:read

gatelet users create alice --email alice@example.com --role editor
"""

app = typer.Typer(
    cls=GateletCommand,
    help=HELP,
    epilog=EXAMPLES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # it would print the values of variables, and some are secret
    rich_markup_mode="rich",
)
for module in (clients, apis, users, roles, keys, sessions, grants):
    app.add_typer(module.app)
app.command("status", epilog="Exit code 1 if anything is not as it should be.")(status.status)
app.command("audit", epilog=audit.EPILOG)(audit.audit)
app.command("cost", epilog=cost.EPILOG)(cost.cost)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        typer.echo(f"gatelet {version('gatelet')}")
        raise typer.Exit


@app.callback()
def connect(
    context: typer.Context,
    *,
    stack: Annotated[str, typer.Option(help="Name of the CloudFormation stack.", envvar="GATELET_STACK")] = "Gatelet",
    region: Annotated[str | None, typer.Option(help="AWS region.", show_default="that of the profile")] = None,
    profile: Annotated[str | None, typer.Option(help="Profile of the AWS configuration.")] = None,
    local: Annotated[bool, typer.Option("--local", help="The stack that `make run` runs here.")] = False,
    output: Annotated[Output, typer.Option(help="Tables for people, or JSON.")] = Output.table,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Remember how to find the stack and how to print."""
    terminal = context.obj or Terminal()
    options = StackOptions(name=stack, region=region, profile=profile, local=local)
    context.obj = Invocation(options, Console(output, terminal))


def main() -> None:
    """Run the command."""
    app(prog_name="gatelet")
