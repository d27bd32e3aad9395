"""The estimate as it is shown: as tables, and as one document."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gatelet_cli.costs import bill, month
from gatelet_cli.costs.bill import MILLION, bill_for
from gatelet_cli.costs.cognito import CAVEAT, cognito
from gatelet_cli.costs.month import Usage
from gatelet_cli.costs.operations import OPERATIONS

if TYPE_CHECKING:
    from gatelet_cli.console import TitledTable
    from gatelet_cli.costs.bill import Bill
    from gatelet_cli.costs.prices import PriceList, Prices

COLUMNS = {
    "total": "$",
    "http_api": "HTTP API",
    "functions": "Lambda",
    "dynamodb": "DynamoDB",
    "secrets_manager": "Secrets Manager",
    "logs": "logs",
    "monitoring": "alarms, metrics, dashboard",
    "transfer": "transfer",
}
PER_OPERATION = [name for name in COLUMNS if name != "monitoring"]


def document(usage: Usage, known: PriceList) -> dict[str, Any]:
    """Return everything with its names, for machines."""
    prices = known.prices
    return {
        "prices": {"region": known.region, "read": known.read, "dollars": asdict(prices)},
        "usage": asdict(usage),
        "dollars_per_million": {
            operation.name.strip("`"): _members(bill_for(operation, prices).times(MILLION)) for operation in OPERATIONS
        },
        "dollars_per_month": {name: _members(part) for name, part in _parts(usage, prices).items()},
        "dollars_per_month_of_amazon_cognito": _cognito(usage, prices),
        "assumptions": [*bill.ASSUMPTIONS, *month.ASSUMPTIONS],
        "caveat": CAVEAT,
    }


def tables(usage: Usage, prices: Prices) -> list[TitledTable]:
    """Return what people read."""
    return [
        ("Dollars per million", ["operation", *(COLUMNS[name] for name in PER_OPERATION)], per_million(prices)),
        ("Dollars for the month", ["part", *COLUMNS.values()], _month_rows(usage, prices)),
        ("Amazon Cognito, dollars for the month", ["plan", "$"], _cognito_rows(usage, prices)),
    ]


def per_million(prices: Prices) -> list[dict[str, str]]:
    """Return a row for each operation."""
    return [
        {"operation": operation.name.replace("`", ""), **cells(bill_for(operation, prices).times(MILLION))}
        for operation in OPERATIONS
    ]


def remarks(known: PriceList) -> str:
    """Return what one must know to read the numbers."""
    return "\n".join(
        [
            f"Calculated, not billed: {known.title}.",
            *(f"Assumed: {sentence}." for sentence in (*bill.ASSUMPTIONS, *month.ASSUMPTIONS)),
            CAVEAT,
        ]
    )


def dollars(amount: float) -> str:
    """Render an amount: cents where there are any, and never 0 for something."""
    if 0 < amount < 0.01:  # noqa: PLR2004 - a cent
        return "<0.01"
    return f"{amount:,.2f}"


def cells(part: Bill) -> dict[str, str]:
    """Return the amounts of a bill under the names of their columns."""
    return {COLUMNS[name]: dollars(amount) for name, amount in {"total": part.total, **asdict(part)}.items()}


def _parts(usage: Usage, prices: Prices) -> dict[str, Bill]:
    return {
        "idle": month.standing(usage, prices),
        "requests": month.asked(usage, prices),
        "running": month.kept(usage, prices),
        "total": month.month(usage, prices),
    }


def _month_rows(usage: Usage, prices: Prices) -> list[dict[str, str]]:
    names = {
        "idle": "while nothing is asked",
        "requests": "requests",
        "running": "running containers, metrics, storage",
        "total": "in all",
    }
    return [{"part": names[name], **cells(part)} for name, part in _parts(usage, prices).items()]


def _cognito(usage: Usage, prices: Prices) -> dict[str, float]:
    return {
        "essentials": round(cognito(usage, prices.cognito_essentials_user, prices), 2),
        "lite": round(cognito(usage, prices.cognito_lite_user, prices), 2),
    }


def _cognito_rows(usage: Usage, prices: Prices) -> list[dict[str, str]]:
    return [{"plan": plan.capitalize(), "$": dollars(amount)} for plan, amount in _cognito(usage, prices).items()]


def _members(part: Bill) -> dict[str, float]:
    return {"total": round(part.total, 4), **{name: round(amount, 4) for name, amount in asdict(part).items()}}
