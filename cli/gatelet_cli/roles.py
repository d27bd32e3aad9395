"""`gatelet roles`"""

from __future__ import annotations

from typing import Annotated

import typer

from gatelet_cli import role_administration
from gatelet_cli.invocation import invocation
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.options import Yes, noun
from gatelet_cli.role_administration import document

app = noun("roles", "What users may do: a role permits scopes of APIs.")

COLUMNS = ("name", "permissions", "description")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Printable, without spaces.")]


@app.command()
def create(
    context: typer.Context,
    *,
    name: Name,
    permission: Annotated[list[str], typer.Option("--permission", help="Scope that it permits. Repeat for more.")],
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
) -> None:
    """Create a role."""
    run = invocation(context)
    with run.action(OperatorEvent.ROLE_CREATED, role=name):
        role = role_administration.create(name, permission, description, run.administration)
    run.console.record(document(role))


@app.command("list")
def list_roles(context: typer.Context) -> None:
    """List the roles."""
    run = invocation(context)
    roles = run.administration.directory.roles()
    run.console.rows(COLUMNS, [document(role) for role in roles], empty="There are no roles.")


@app.command()
def delete(context: typer.Context, *, name: Name, yes: Yes = False) -> None:
    """Remove a role, and take it from every user who has it."""
    run = invocation(context)
    role = run.administration.directory.role(name)
    holders = role_administration.holders(role.name, run.administration)
    named = f", and take it from {', '.join(user.username for user in holders)}" if holders else ""
    run.console.confirm(f"Delete role {role.name}{named}?", yes=yes)
    with run.action(OperatorEvent.ROLE_DELETED, role=name):
        role_administration.delete(role.name, run.administration)
    run.console.done(
        f"Role {role.name} is deleted. Users who had it: {len(holders)}.",
        {"name": role.name, "deleted": True, "users": [user.username for user in holders]},
    )
