"""docs/removed-checks.md, made of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.removed_checks.removal import AREAS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.removed_checks.removal import Removal

DOCUMENT = ROOT / "docs" / "removed-checks.md"
INTRODUCTION = """\
# Checks that were removed, and the tests that noticed

Each row is one check of the functions. `make removed-checks` takes it out of a copy of the code, alone, and runs the
tests that are named beside it against that copy; each of them must fail, and by an assertion. Before that, all of them
must pass against a copy from which nothing was removed. The command writes this page when all of that was so, and fails
otherwise. `make test` fails where a removal does not fit the code any more, or this page the list. The texts that
are removed are in tests/removed_checks/.

"Breaks" is what does not hold any more without the check. A test is named by its file below `tests/` and its name.
"""


def render(removals: Sequence[Removal]) -> str:
    """Return the page."""
    total = f"{len(removals)} checks.\n"
    sections = [_section(title, [each for each in removals if each.area == area]) for area, title in AREAS.items()]
    return "\n".join([INTRODUCTION, total, *sections])


def _section(title: str, removals: Iterable[Removal]) -> str:
    rows = [f"| {each.name} | `{each.file}` | {each.breaks} | {_tests(each)} |" for each in removals]
    heading = ["| removed check | file | breaks | noticed by |", "| --- | --- | --- | --- |"]
    return "\n".join([f"## {title}", "", *heading, *rows, ""])


def _tests(removal: Removal) -> str:
    return "<br>".join(f"`{test}`" for test in removal.tests)
