"""One line of the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE = frozenset({"calls", "us"})
"""Units without a fraction."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What was measured, what came out, what it is held against, and what it should be."""

    what: str
    value: float | None
    """None where it could not be measured; the remark says why."""
    unit: str
    against: str
    goal: str = ""
    met: bool | None = None
    """None where there is no goal, or nothing was measured."""
    remark: str = ""
    exact: bool = False
    """Whether the goal holds on any machine, so that missing it is a fault of the code."""

    @property
    def result(self) -> str:
        """The value as it is read."""
        if self.value is None:
            return "not measured"
        return f"{self.value:.{0 if self.unit in WHOLE else 2}f} {self.unit}"

    @property
    def verdict(self) -> str:
        """Whether the goal is met, in words."""
        return {None: "", True: "met", False: "not met"}[self.met]


def at_most(what: str, value: float | None, goal: float | None, *, unit: str = "x", **more: str) -> Row:
    """Make a row whose value should not exceed its goal."""
    met = None if value is None or goal is None else value <= goal
    return Row(what=what, value=value, unit=unit, goal="" if goal is None else f"≤ {goal:g} {unit}", met=met, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


def median(runs: Sequence[Sequence[Section]]) -> list[Section]:
    """Take each row from the run in which it is the median."""
    return [
        Section(title=sections[0].title, rows=tuple(map(_median, zip(*(s.rows for s in sections), strict=True))))
        for sections in zip(*runs, strict=True)
    ]


def _median(rows: tuple[Row, ...]) -> Row:
    return sorted(rows, key=lambda row: row.value or 0)[len(rows) // 2]
