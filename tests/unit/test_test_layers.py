"""Each test stands where what it shows can be shown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
RACES = {"Barrier", "ThreadPoolExecutor", "ProcessPoolExecutor", "at_once"}


def calls(path: Path) -> set[str]:
    """Return the names that a file calls."""
    nodes = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {ast.unparse(function).rpartition(".")[2] for function in nodes}


@pytest.mark.attack("ATK-415")
def test_nothing_races_on_moto():
    """Moto is not atomic under threads: two of them may both win. Races are end-to-end tests."""
    assert [path.name for path in (TESTS / "integration").rglob("*.py") if calls(path) & RACES] == []


@pytest.mark.parametrize("layer", ["unit", "integration", "infra"])
def test_nothing_sleeps_where_time_is_an_argument(layer):
    assert [path.name for path in (TESTS / layer).rglob("*.py") if "sleep" in calls(path)] == []
