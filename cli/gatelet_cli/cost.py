"""`gatelet cost`: an estimate from list prices; nothing is asked of AWS."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from gatelet_cli.invocation import invocation

EPILOG = "Numbers may be written 2500000, 2_500_000, 250k or 2.5M. Needs no AWS credentials and no stack."
NUMBER = re.compile(r"(\d+(?:[_,]\d{3})*|\d+)(?:\.(\d{1,9}))?([kKMG]?)", re.ASCII)
SCALE = {"": 0, "k": 3, "K": 3, "M": 6, "G": 9}
LARGEST = 10**15


def count(text: str) -> int:
    """Read a number of things. Raises BadParameter where it is none."""
    found = NUMBER.fullmatch(text := str(text).strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a number of things: write 2500000, 2_500_000, 250k or 2.5M.")
    whole, fraction, unit = found[1], found[2] or "", found[3]
    zeros = SCALE[unit] - len(fraction)
    if zeros < 0:
        raise typer.BadParameter(f"{text!r} is not a whole number.")
    number = int(re.sub("[_,]", "", whole) + fraction + "0" * zeros)
    if number > LARGEST:
        raise typer.BadParameter(f"{text!r} is more than anybody asks in a month.")
    return number


def _number(explanation: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(help=explanation, parser=count, metavar="NUMBER")
    return option


def cost(
    context: typer.Context,
    *,
    requests: Annotated[int, _number("Calls of protected routes in a month.")],
    users: Annotated[int, _number("Users who sign in in that month.")],
    machine_tokens: Annotated[int, _number("Tokens by client_credentials in that month.")] = 0,
    sign_ins: Annotated[int, _number("Sign-ins of each user.")] = 4,
    refreshes: Annotated[int, _number("Refreshes for each user: 2 h a day on 22 days, every 15 minutes.")] = 176,
    apis: Annotated[int, _number("Protected APIs.")] = 1,
) -> None:
    """Estimate what a month costs, by list prices and counted calls, and compare it with Amazon Cognito."""
    from gatelet_cli.costs import estimate  # noqa: PLC0415 - other commands need none of it
    from gatelet_cli.costs.month import Usage  # noqa: PLC0415
    from gatelet_cli.costs.prices import price_list  # noqa: PLC0415

    usage = Usage(
        requests=requests,
        users=users,
        machine_tokens=machine_tokens,
        sign_ins_per_user=sign_ins,
        refreshes_per_user=refreshes,
        protected_apis=apis,
    )
    known = price_list()
    console = invocation(context).console
    console.report(estimate.document(usage, known), estimate.tables(usage, known.prices))
    console.note(estimate.remarks(known))
