"""Secrets are compared in constant time. RFC 9700 §4.8, ASVS 11.2.4"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions" / "gatelet"
PROOF = re.compile(r"(^|_)(tag|secret|sha256|fingerprint|csrf|challenge|verifier|hash|mac|signature)$")


def named(node: ast.expr) -> str:
    """Return the name at the end of an expression."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=function):
            return named(function)
        case _:
            return ""


def comparisons():
    """Yield every `==` and `!=` of the functions."""
    for path in sorted(FUNCTIONS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                yield path.relative_to(FUNCTIONS), node


@pytest.mark.attack("ATK-387")
@pytest.mark.advisory("CVE-2016-7036")
def test_what_proves_something_is_never_compared_by_an_operator_that_stops_at_the_first_difference():
    found = [
        f"{path}:{node.lineno}"
        for path, node in comparisons()
        if any(PROOF.search(named(side)) for side in (node.left, *node.comparators))
        and not any(named(side).isupper() for side in node.comparators)
    ]
    assert found == []
