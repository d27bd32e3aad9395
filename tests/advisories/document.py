"""docs/advisories.md, made of the advisories and of the markers of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.advisories.catalogue import Advisory

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "advisories.md"
INTRODUCTION = """\
# Vulnerabilities of others, and the tests that prove them absent here

Published vulnerabilities of other authorization servers and of the libraries that tokens are handled with, as far as
they could have an equal in Gatelet, with the tests of the marker `advisory` that would fail if they had. The words of
the advisory decide, not these. A test is named by its file below `tests/` and its name. `make advisories` writes this
page from tests/advisories/advisories.csv and the markers; `make test` fails where they differ, where an advisory has
neither a test nor a reason, and where a marker names none.

Vulnerabilities of the very versions that Gatelet is locked to are another matter: `make audit` looks for them.
"""


def render(advisories: Sequence[Advisory], tests: Mapping[str, Sequence[str]]) -> str:
    """Return the page."""
    tested = sum(advisory.id in tests for advisory in advisories)
    total = f"{len(advisories)} advisories: {tested} tested, {len(advisories) - tested} not applicable.\n"
    products = dict.fromkeys(advisory.product for advisory in advisories)
    return "\n".join([INTRODUCTION, total, *(_section(product, advisories, tests) for product in products)])


def _section(product: str, advisories: Iterable[Advisory], tests: Mapping[str, Sequence[str]]) -> str:
    rows = [
        f"| {advisory.id} | {advisory.flaw} | {_proof(advisory, tests.get(advisory.id, ()))} |"
        for advisory in advisories
        if advisory.product == product
    ]
    return "\n".join(
        [f"## {product}", "", "| advisory | what was wrong there | tests here |", "| --- | --- | --- |", *rows, ""]
    )


def _proof(advisory: Advisory, tests: Sequence[str]) -> str:
    return "<br>".join(f"`{test}`" for test in tests) or f"Not applicable: {advisory.not_applicable}"
