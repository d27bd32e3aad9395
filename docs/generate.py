"""Writes the parts of the documents that follow from the code: `.venv/bin/python -m docs.generate`."""  # noqa: INP001

from __future__ import annotations

import re
from pathlib import Path
from textwrap import wrap

from docs.load import loads
from gatelet.handlers import ENDPOINTS
from gatelet_cli.costs import bill, estimate, month
from gatelet_cli.costs.bill import MILLION, bill_for
from gatelet_cli.costs.cognito import CAVEAT, cognito
from gatelet_cli.costs.month import Usage
from gatelet_cli.costs.operations import OPERATIONS
from gatelet_cli.costs.prices import price_list

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
GENERATED = (README, ROOT / "docs" / "scaling.md")
EXAMPLE = ROOT / "examples" / "protect_your_api" / "app.py"
WIDTH = 120
PART = re.compile(r"(?P<begin><!-- begin: (?P<name>\w+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def regenerate(text: str) -> str:
    """Return a text with every part between `begin` and `end` made anew."""
    return PART.sub(lambda part: part["begin"] + PARTS[part["name"]]() + part["end"], text)


def endpoints() -> str:
    """Return the table of endpoints."""
    rows = [
        f"| `{', '.join(endpoint.methods)} {endpoint.path}` | `{endpoint.function}` | {endpoint.specification} |"
        for endpoint in ENDPOINTS
    ]
    return "\n".join(["| endpoint | function | specification |", "| --- | --- | --- |", *rows, ""])


def example() -> str:
    """Return the application that protects a route of its own."""
    return f"```python\n{EXAMPLE.read_text()}```\n"


def costs() -> str:
    """Return what a million of each operation costs."""
    known = price_list()
    names = estimate.PER_OPERATION
    rows = [
        _row(operation.name, estimate.cells(bill_for(operation, known.prices).times(MILLION)), names)
        for operation in OPERATIONS
    ]
    assumed = "; ".join((*bill.ASSUMPTIONS, *month.ASSUMPTIONS))
    return "\n".join(
        [
            *wrap(f"Calculated, not billed: {known.title}. Assumed: {assumed}.", WIDTH),
            "",
            "| per million | " + " | ".join(estimate.COLUMNS[name] for name in names) + " |",
            "| --- |" + " ---: |" * len(names),
            *rows,
            "",
        ]
    )


def months() -> str:
    """Return what a month costs, from nothing to much, here and at Amazon Cognito."""
    prices = price_list().prices
    rows = []
    for name, usage in _MONTHS.items():
        ours = estimate.dollars(month.month(usage, prices).total)
        theirs = [
            estimate.dollars(cognito(usage, price, prices))
            for price in (prices.cognito_essentials_user, prices.cognito_lite_user)
        ]
        rows.append(f"| {name} | {ours} | {' | '.join(theirs)} |")
    return "\n".join(
        [
            "| dollars per month | Gatelet | Cognito Essentials | Cognito Lite |",
            "| --- | ---: | ---: | ---: |",
            *rows,
            "",
            *wrap(CAVEAT, WIDTH),
            "",
        ]
    )


def _row(name: str, cells: dict[str, str], names: list[str]) -> str:
    return f"| {name} | " + " | ".join(cells[estimate.COLUMNS[column]] for column in names) + " |"


_MONTHS = {
    "nothing is asked": Usage(),
    "1,000 users, 1 million calls": Usage(users=1_000, requests=1_000_000),
    "10 thousand machine tokens, 1 million calls": Usage(machine_tokens=10_000, requests=1_000_000),
    "100,000 users, 100 million calls": Usage(users=100_000, requests=100_000_000),
    "10 million machine tokens, 1,000 million calls": Usage(machine_tokens=10_000_000, requests=1_000_000_000),
}
PARTS = {"endpoints": endpoints, "example": example, "costs": costs, "months": months, "loads": loads}

if __name__ == "__main__":
    for document in GENERATED:
        document.write_text(regenerate(document.read_text()))
