"""docs/clauses.md, made of the clauses and of the markers of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.clauses.catalogue import SPECIFICATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.clauses.catalogue import Clause

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "clauses.md"
INTRODUCTION = """\
# Clauses of the specifications, and the tests that prove them

Every statement with MUST, MUST NOT, REQUIRED or SHALL that binds an authorization server, an OpenID Provider or a
resource server that verifies access tokens, in short words, with the tests of the marker `clause` that fail where the
server does otherwise. The words of the specification decide, not these. A test is named by its file below `tests/` and
its name. `make clauses` writes this page from tests/clauses/clauses.csv and the markers; `make test` fails where they
differ, where a clause has neither a test nor a reason, and where a marker names no clause.

Left out are clauses that bind clients, end users or authors of extensions alone, and, of OpenID Connect Core, the
implicit and the hybrid flow (§3.2, §3.3), initiation by third parties (§4) and self-issued providers (§7), none of
which is offered. *Differs* means that the answer departs from the letter on purpose.
"""


def render(clauses: Sequence[Clause], tests: Mapping[str, Sequence[str]]) -> str:
    """Return the page."""
    groups = {key: [clause for clause in clauses if clause.specification == key] for key in SPECIFICATIONS}
    sums = [_sum(SPECIFICATIONS[key], group, tests) for key, group in groups.items()]
    table = "\n".join(
        [
            "| specification | clauses | tested | not applicable | differs |",
            "| --- | ---: | ---: | ---: | ---: |",
            *sums,
            _sum("all", clauses, tests),
            "",
        ]
    )
    return "\n".join([INTRODUCTION, table, *(_section(SPECIFICATIONS[key], groups[key], tests) for key in groups)])


def _sum(title: str, group: Sequence[Clause], tests: Mapping[str, Sequence[str]]) -> str:
    tested = sum(clause.id in tests for clause in group)
    not_applicable, differs = (sum(map(bool, column)) for column in list(zip(*group, strict=True))[2:])
    return f"| {title} | {len(group)} | {tested} | {not_applicable} | {differs} |"


def _section(title: str, group: Iterable[Clause], tests: Mapping[str, Sequence[str]]) -> str:
    rows = [f"| {clause.place} | {clause.clause} | {_proof(clause, tests.get(clause.id, ()))} |" for clause in group]
    return "\n".join([f"## {title}", "", "| section | clause | tests |", "| --- | --- | --- |", *rows, ""])


def _proof(clause: Clause, tests: Sequence[str]) -> str:
    named = [f"`{test}`" for test in tests]
    reason = [f"Not applicable: {clause.not_applicable}"] if clause.not_applicable else []
    deviation = [f"*Differs:* {clause.deviation}"] if clause.deviation else []
    return "<br>".join([*named, *reason, *deviation])
