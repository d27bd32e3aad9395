"""What is changed: what mutmut changes, and whether a check is there at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import libcst as cst
from mutmut.mutation.file_mutation import NEVER_MUTATE_FUNCTION_NAMES, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TYPES_ALONE = "TYPE_CHECKING"


def condition(node: cst.If | cst.CompIf) -> Iterable[cst.CSTNode]:
    """Leave a check out, and let it always hold, as mutmut does with a conditional expression."""
    if isinstance(node.test, cst.Name) and node.test.value == TYPES_ALONE:
        return
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    for operator, literal in ((cst.And(), "False"), (cst.Or(), "True")):
        yield node.with_changes(test=cst.BooleanOperation(left=test, operator=operator, right=cst.Name(literal)))


def statement(node: cst.Expr) -> Iterable[cst.CSTNode]:
    """Leave a call out whose answer nobody takes: most of these are checks."""
    if isinstance(node.value, cst.Call):
        yield cst.Pass()


def verdict(node: cst.FunctionDef) -> Iterable[cst.CSTNode]:
    """Let a function that tells yes or no always tell the same."""
    if node.returns is None or not isinstance(node.returns.annotation, cst.Name):
        return
    if node.returns.annotation.value != "bool":
        return
    for literal in ("True", "False"):
        for found in _returns(node.body):
            yield cast("cst.CSTNode", node.deep_replace(found, found.with_changes(value=cst.Name(literal))))


def _returns(node: cst.CSTNode) -> Iterator[cst.Return]:
    if isinstance(node, cst.Return) and not (
        isinstance(node.value, cst.Name) and node.value.value in {"True", "False"}
    ):
        yield node
    for child in node.children:
        yield from _returns(child)


OPERATORS = (
    *mutation_operators,
    (cst.If, condition),
    (cst.CompIf, condition),
    (cst.Expr, statement),
    (cst.FunctionDef, verdict),
)


class Changes(MutationVisitor):  # type: ignore[misc]
    """Finds the changes of a module, in properties and constants too; protocols hold no code."""

    def __init__(self) -> None:
        nothing: set[int] = set()
        ignored = IgnoredCode(no_mutate_lines=nothing, ignore_node_lines=nothing, ignore_pattern_lines=nothing)
        super().__init__(OPERATORS, ignored)

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return node.name.value in NEVER_MUTATE_FUNCTION_NAMES
        if isinstance(node, cst.ClassDef):
            return any(isinstance(base.value, cst.Name) and base.value.value == "Protocol" for base in node.bases)
        if isinstance(node, cst.If) and isinstance(node.test, cst.Name) and node.test.value == TYPES_ALONE:
            return True
        return bool(super()._skip_node_and_children(node))
