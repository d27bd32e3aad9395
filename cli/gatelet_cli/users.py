"""`gatelet users`"""

from __future__ import annotations

from typing import Annotated

import typer

from gatelet_cli import user_administration
from gatelet_cli.console import Console
from gatelet_cli.failure import Usage
from gatelet_cli.invocation import invocation
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.options import Yes, noun
from gatelet_cli.user_administration import ADVISED_PASSWORD, document, parse_claims

app = noun("users", "People who sign in.")

COLUMNS = ("username", "sub", "enabled", "roles", "created_at")

Username = Annotated[str, typer.Argument(metavar="USERNAME", help="Username, or `sub`.")]
Email = Annotated[str | None, typer.Option("--email", help="The claim `email`.")]
Name = Annotated[str | None, typer.Option("--name", help="The claim `name`.")]
Claims = Annotated[
    list[str] | None,
    typer.Option("--claim", help="KEY=VALUE of a profile claim, the value JSON or else text. Repeat for more."),
]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Role of the user. Repeat for more.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]


@app.command()
def create(
    context: typer.Context,
    *,
    username: Annotated[
        str, typer.Argument(metavar="USERNAME", help="The name to sign in with; its case does not matter.")
    ],
    email: Email = None,
    name: Name = None,
    claim: Claims = None,
    role: Roles = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Create a user with a password."""
    run = invocation(context)
    claims = parse_claims(claim or [], email=email, name=name)
    username = user_administration.require_username(username)
    password = _password(run.console, from_stdin=password_stdin)
    with run.action(OperatorEvent.USER_CREATED) as about:
        user = user_administration.create(
            username, password, claims=claims, roles=role or [], administration=run.administration
        )
        about["sub"] = user.sub
    run.console.record(document(user))


@app.command("list")
def list_users(context: typer.Context) -> None:
    """List the users."""
    run = invocation(context)
    users = sorted(run.administration.directory.users(), key=lambda user: user.username)
    run.console.rows(COLUMNS, [document(user) for user in users], empty="There are no users.")


@app.command()
def show(context: typer.Context, *, username: Username) -> None:
    """Show a user."""
    run = invocation(context)
    user = user_administration.find(username, run.administration)
    run.console.record({**document(user), "has_password": run.administration.accounts.has_password(user)})


@app.command()
def update(
    context: typer.Context, username: Username, email: Email = None, name: Name = None, claim: Claims = None
) -> None:
    """Change profile claims: what is not named stays; '' or KEY=null removes one."""
    run = invocation(context)
    claims = parse_claims(claim or [], email=email, name=name)
    if not claims:
        raise Usage("Name what to change: --email, --name or --claim.")
    with run.action(OperatorEvent.USER_UPDATED, changed=" ".join(claims)) as about:
        user = user_administration.update(username, claims, run.administration)
        about["sub"] = user.sub
    run.console.record(document(user))


@app.command("set-password")
def set_password(
    context: typer.Context,
    *,
    username: Username,
    password_stdin: PasswordStdin = False,
    keep_sessions: Annotated[
        bool, typer.Option("--keep-sessions", help="Leave the user signed in where the old password was used.")
    ] = False,
) -> None:
    """Set a password and end the sessions that the old one began."""
    run = invocation(context)
    user = user_administration.find(username, run.administration)
    password = _password(run.console, from_stdin=password_stdin)
    with run.action(OperatorEvent.USER_PASSWORD_SET, sub=user.sub):
        user, ended = user_administration.set_password(
            user.username, password, keep_sessions=keep_sessions, administration=run.administration
        )
    run.console.done(
        f"The password of {user.username} is set. Sessions that were ended: {ended}.",
        {"username": user.username, "sub": user.sub, "ended_sessions": ended},
    )


@app.command("set-roles")
def set_roles(
    context: typer.Context,
    *,
    username: Username,
    role: Roles = None,
    none: Annotated[bool, typer.Option("--none", help="Take every role away.")] = False,
) -> None:
    """Replace a user's roles; tokens that carry the old ones are refused."""
    run = invocation(context)
    if bool(role) == none:
        raise Usage("Name the roles with --role, or take every one away with --none.")
    roles = user_administration.require_roles(role or [], run.administration)
    user = user_administration.find(username, run.administration)
    with run.action(OperatorEvent.USER_ROLES_SET, sub=user.sub, roles=" ".join(roles)):
        user = run.administration.accounts.set_roles(user.sub, roles)
    run.console.done(f"{user.username} has the roles: {', '.join(roles) or 'none'}.", document(user))


@app.command()
def enable(context: typer.Context, *, username: Username) -> None:
    """Let a user sign in again."""
    run = invocation(context)
    user = user_administration.find(username, run.administration)
    with run.action(OperatorEvent.USER_ENABLED, sub=user.sub):
        user = run.administration.accounts.enable_user(user.sub)
    run.console.done(f"{user.username} is enabled.", document(user))


@app.command()
def disable(context: typer.Context, *, username: Username, yes: Yes = False) -> None:
    """Sign a user out everywhere, and keep it so."""
    run = invocation(context)
    user = user_administration.find(username, run.administration)
    run.console.confirm(f"Disable {user.username} and end every session?", yes=yes)
    with run.action(OperatorEvent.USER_DISABLED, sub=user.sub):
        user = run.administration.accounts.disable_user(user.sub)
    run.console.done(f"{user.username} is disabled, every session ended, every token refused.", document(user))


@app.command()
def delete(context: typer.Context, *, username: Username, yes: Yes = False) -> None:
    """Remove a user, with sessions, tokens and password."""
    run = invocation(context)
    user = user_administration.find(username, run.administration)
    run.console.confirm(f"Delete {user.username} ({user.sub}) and everything that belongs to the account?", yes=yes)
    with run.action(OperatorEvent.USER_DELETED, sub=user.sub):
        run.administration.accounts.delete_user(user)
    run.console.done(f"{user.username} is deleted.", {"username": user.username, "sub": user.sub, "deleted": True})


def _password(console: Console, *, from_stdin: bool) -> str:
    """Read a new password; never from an argument, which other processes of the machine can see."""
    if from_stdin:
        return _required(console.terminal.standard_input())
    if not console.terminal.is_interactive():
        raise Usage("There is no terminal to ask for the password on: give it on standard input with --password-stdin.")
    console.note(f"At least 8 characters; {ADVISED_PASSWORD} or more are advised.")
    return user_administration.require_password(console.terminal.new_password())


def _required(text: str) -> str:
    return user_administration.require_password(text.removesuffix("\n").removesuffix("\r"))
