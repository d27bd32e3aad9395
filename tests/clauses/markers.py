"""Which tests prove what, by a marker with ids; read from the sources, so that nothing is imported."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).resolve().parents[1]


class MisplacedMarkerError(Exception):
    """A marker that is not a decorator of a test or of a class of tests, with ids written out."""


def proofs(name: str) -> dict[str, list[str]]:
    """Return the tests of each id under a marker, as file below `tests/` and name, in the order of files and lines."""
    marker = f"pytest.mark.{name}"
    tests: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        source = path.read_text()
        if f"@{marker}(" not in source:
            continue
        file = path.relative_to(TESTS).as_posix()
        for id_, test in _marked(ast.parse(source), file, marker):
            tests.setdefault(id_, []).append(f"{file}::{test}")
    return tests


def _marked(tree: ast.Module, file: str, marker: str) -> Iterator[tuple[str, str]]:
    found = 0
    for name, node in _tests(tree):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == marker:
                found += 1
                for argument in decorator.args:
                    if not isinstance(argument, ast.Constant):
                        raise MisplacedMarkerError(f"{file}: {name}")
                    yield str(argument.value), name
    if found != sum(isinstance(node, ast.Attribute) and ast.unparse(node) == marker for node in ast.walk(tree)):
        raise MisplacedMarkerError(file)


def _tests(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield node.name, node
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name.startswith("test_"):
                    yield f"{node.name}::{method.name}", method
