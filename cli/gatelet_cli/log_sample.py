"""A bounded look at a stack's log: where there is more than is read, each line that is read stands for several.

The operator's policy lets neither metrics nor Logs Insights be read: IAM can allow those on everything or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatelet_cli.audit_trail import parse

if TYPE_CHECKING:
    from gatelet_cli.audit_trail import AuditTrail


MILLISECOND = 0.001


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line, and how many like it there are about."""

    line: dict[str, Any]
    length: int
    weight: float


@dataclass(frozen=True, kw_only=True)
class LogSample:
    """What was read; `is_whole` if that is everything."""

    entries: list[Entry]
    is_whole: bool


def sample(trail: AuditTrail, pattern: str, *, since: float, until: float, parts: int, most: int) -> LogSample:
    """Read the lines of a time that match; where they are more than `most`, so many from the start of each part."""
    whole = _part(trail, pattern, since, until, most)
    if whole.is_whole:
        return whole
    step = (until - since) / parts
    begins = [since + step * number for number in range(parts)]
    found = [_part(trail, pattern, begin, begin + step, most) for begin in begins]
    return LogSample(
        entries=[entry for part in found for entry in part.entries], is_whole=all(part.is_whole for part in found)
    )


def _part(trail: AuditTrail, pattern: str, since: float, until: float, most: int) -> LogSample:
    found, is_whole = trail.first(since, until, pattern, most)
    weight = 1.0 if is_whole or not found else (until - since) / max(found[-1][0] - since, MILLISECOND)
    entries = [Entry(line=parse(text), length=len(text.encode()), weight=weight) for _, text in found]
    return LogSample(entries=entries, is_whole=is_whole)
