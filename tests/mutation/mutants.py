"""Mutants: a module of the product with one change each, which a test should notice."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, cast

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import deep_replace

from tests.mutation.operators import Changes
from tests.mutation.survivors import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "functions"
TARGETS = {
    "oauth": ("gatelet/oauth/*.py",),
    "accounts": ("gatelet/accounts/*.py",),
    "authorizer": ("gatelet/handlers/authorizer.py", "gatelet/handlers/protected_api.py"),
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, kw_only=True)
class Module:
    """One file of the product."""

    path: Path
    folder: str

    @property
    def name(self) -> str:
        """What it is imported by."""
        return ".".join(self.path.relative_to(SOURCES).with_suffix("").parts)

    @property
    def place(self) -> str:
        """The path from the root of the repository."""
        return str(self.path.relative_to(ROOT))


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A module with one change."""

    module: Module
    change: Change
    lines: range
    """Of the statement that is changed."""
    at_import: bool
    """Whether it is a constant, a default or the like, which no test executes."""
    is_text: bool
    """Whether only a sentence for people is changed: of an exception, which goes into the log or a description."""
    code: str

    @property
    def id(self) -> str:
        """Name what is tried."""
        return hashlib.sha256(f"{self.module.place}\0{self.code}".encode()).hexdigest()[:16]


def modules() -> list[Module]:
    """Return what is to be changed."""
    return [
        Module(path=path, folder=folder)
        for folder, patterns in TARGETS.items()
        for pattern in patterns
        for path in sorted(SOURCES.glob(pattern))
    ]


def mutants(module: Module) -> list[Mutant]:
    """Return every mutant of a module, each once."""
    source = module.path.read_text()
    whole = source.splitlines(keepends=True)
    tree = ast.parse(source)
    seen: set[str] = set()
    found = []
    for first, part, changes in _changed(source):
        seen.add(ast.dump(ast.parse(part)))
        head, tail = whole[: first - 1], whole[first - 1 + part.count("\n") :]
        for changed in changes:
            try:
                new = ast.parse(changed)
                compile(new, module.place, "exec", dont_inherit=True)
            except SyntaxError:
                continue  # a keyword argument before the others, for instance
            dumped = ast.dump(new)
            if dumped not in seen:
                seen.add(dumped)
                found.append(_mutant(module, tree, first, (part, changed), new, "".join((*head, changed, *tail))))
    return found


def _changed(source: str) -> Iterator[tuple[int, str, Iterator[str]]]:
    """Yield the first line of each statement of the module, its text, and its texts once changed."""
    visitor = Changes()
    tree = MetadataWrapper(cst.parse_module(source)).visit(visitor)
    line = 1 + sum(tree.code_for_node(each).count("\n") for each in tree.header)
    for statement in tree.body:
        text = tree.code_for_node(statement)
        inside = set(map(id, _nodes(statement)))
        changes = [each for each in visitor.mutations if id(each.original_node) in inside]
        replaced = (deep_replace(statement, each.original_node, each.mutated_node) for each in changes)
        yield line, text, (tree.code_for_node(cast("cst.CSTNode", each)) for each in replaced)
        line += text.count("\n")


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _mutant(
    module: Module, tree: ast.Module, offset: int, texts: tuple[str, str], changed: ast.AST, code: str
) -> Mutant:
    old, new = (text.splitlines() for text in texts)
    blocks = [each for each in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if each[0] != "equal"]
    first, last = blocks[0][1] + offset, max(blocks[-1][2], blocks[0][1] + 1) + offset - 1
    path = _path_to(tree, first)
    functions = [node for node in path if isinstance(node, FUNCTIONS)]
    names = [node.name for node in path if isinstance(node, (*FUNCTIONS, ast.ClassDef))]
    statement = path[-1] if path else None
    start, end = _span(statement, first, last)
    return Mutant(
        module=module,
        change=Change(
            module=module.place,
            function=".".join(names),
            before=_text(old[a:b] for _, a, b, _, _ in blocks),
            after=_text(new[c:d] for _, _, _, c, d in blocks),
        ),
        lines=range(start, end + 1),
        at_import=not functions or first < functions[-1].body[0].lineno,
        is_text=_is_text(statement, changed, offset),
        code=code,
    )


def _path_to(node: ast.AST, line: int) -> list[ast.stmt]:
    """Return the statements around a line, the innermost last."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt) and _begin(child) <= line <= (child.end_lineno or child.lineno):
            return [child, *_path_to(child, line)]
        if isinstance(child, (ast.excepthandler, ast.match_case)):
            found = _path_to(child, line)
            if found:
                return found
    return []


def _begin(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", None)
    return decorators[0].lineno if decorators else statement.lineno


def _span(statement: ast.stmt | None, first: int, last: int) -> tuple[int, int]:
    """Return the lines of a statement, of a compound one those of its head."""
    if statement is None:
        return first, last
    body = getattr(statement, "body", None)
    end = max(body[0].lineno - 1, statement.lineno) if body else (statement.end_lineno or last)
    return min(statement.lineno, first), max(end, last)


def _text(parts: Iterable[list[str]]) -> str:
    return " ".join(line.strip() for part in parts for line in part)


def _is_text(statement: ast.stmt | None, changed: ast.AST, offset: int) -> bool:
    if not isinstance(statement, ast.Raise):
        return False
    original = _without_sentence(statement)
    return original is not None and original in {
        _without_sentence(node, changed=True)
        for node in ast.walk(changed)
        if isinstance(node, ast.Raise) and node.lineno + offset - 1 == statement.lineno
    }


def _without_sentence(statement: ast.Raise, *, changed: bool = False) -> str | None:
    """Return a `raise` without the sentence that it begins with, or None where it has none."""
    raised = statement.exc
    if not isinstance(raised, ast.Call) or not raised.args:
        return None
    sentence = ast.unparse(raised.args[0])
    is_text = isinstance(raised.args[0], ast.JoinedStr) or sentence.startswith("str(") or " " in sentence
    if not (is_text or (changed and sentence == "None")):
        return None
    rest = [*map(ast.dump, raised.args[1:]), *map(ast.dump, raised.keywords)]
    cause = ast.dump(statement.cause) if statement.cause else ""
    return "\0".join((ast.dump(raised.func), *rest, cause))
