"""One line of the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """What was measured, what came out, and what it is held against."""

    what: str
    result: str
    against: str
    remark: str = ""
    missed: bool = False
    """Whether a bound that must hold does not."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]
