"""Which tests prove what, by a marker with ids; read from the sources, so that nothing is imported."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

TESTS = Path(__file__).resolve().parent


class Row(Protocol):
    """What must have a test, or a reason why there can be none."""

    @property
    def id(self) -> str:
        """What the marker names."""

    @property
    def not_applicable(self) -> str:
        """The reason, or nothing."""


AnyRow = TypeVar("AnyRow", bound=Row)


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


def faults(name: str, rows: Iterable[Row], tests: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what keeps a document of the rows from being true."""
    known = {row.id: row for row in rows}
    return [
        *(f"{id_} has neither a test nor a reason" for id_ in known if not (known[id_].not_applicable or id_ in tests)),
        *(f"{id_} is tested and said not to apply" for id_ in tests if id_ in known and known[id_].not_applicable),
        *(f"{id_} of {', '.join(tests[id_])} is no {name}" for id_ in tests if id_ not in known),
    ]


def publish(
    name: str,
    rows: Sequence[AnyRow],
    document: Path,
    render: Callable[[Sequence[AnyRow], Mapping[str, Sequence[str]]], str],
) -> int:
    """Write the document of a marker; return 1, and write nothing, where a row is neither proven nor explained."""
    tests = proofs(name)
    found = faults(name, rows, tests)
    for fault in found:
        print(fault, file=sys.stderr)  # noqa: T201 - for a program that prints
    if not found:
        document.write_text(render(rows, tests))
    return 1 if found else 0


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
