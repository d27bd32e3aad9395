"""Options that every command takes, before or after its name, and errors that end as sentences."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gatelet_cli.failure import explain

WITH_VALUE = frozenset({"--output", "--stack", "--region", "--profile"})
FLAGS = frozenset({"--local"})
EPILOG = "Every command also takes --stack, --region, --profile, --local and --output: see gatelet --help."
DASHES = {"ignore_unknown_options": True}
"""Of commands whose argument is random and may start with a dash."""

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class GateletCommand(TyperGroup):
    """The main command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's own copy of Click is private
        """Read global options wherever they stand."""
        return super().parse_args(ctx, hoist(args))

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run a command; what goes wrong outside this program is told without a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            failure = explain(error)
            if failure is None:
                raise
            typer.echo(f"gatelet: {failure}", err=True)
            raise typer.Exit(failure.exit_code) from None


def hoist(arguments: list[str]) -> list[str]:
    """Move the global options to the front; nothing behind `--` is one."""
    found: list[str] = []
    rest: list[str] = []
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        if word == "--":
            return [*found, *rest, word, *pending]
        if word in FLAGS or ("=" in word and word.partition("=")[0] in WITH_VALUE):
            found.append(word)
        elif word in WITH_VALUE and pending:
            found += [word, pending.pop(0)]
        else:
            rest.append(word)
    return [*found, *rest]


def noun(name: str, summary: str) -> typer.Typer:
    """Make the group of commands of one noun."""
    return typer.Typer(name=name, help=summary, epilog=EPILOG, no_args_is_help=True)
