"""What the functions count for alarms, read from their code."""

from __future__ import annotations

import ast
from pathlib import Path

from gatelet.handlers import observation
from gatelet.oauth import errors

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"


def counted_by_the_functions() -> set[str]:
    """Return every name that `alarm` is given, and those that the errors have."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.OAuthError)]
    names = {kind.metric for kind in kinds if kind.metric is not None}
    for path in FUNCTIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == observation.alarm.__name__:
                names |= {str(name.value) for name in node.args[:1] if isinstance(name, ast.Constant)}
    return names
