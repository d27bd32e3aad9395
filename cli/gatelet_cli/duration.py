"""Durations, as people write and read them."""

from __future__ import annotations

import re

SYNTAX = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>[smhd]?)")
UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1, "": 1}
NAMES = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def parse(text: str) -> int:
    """Read seconds, or a number with s, m, h or d. Raises ValueError."""
    syntax = SYNTAX.fullmatch(text)
    if syntax is None:
        msg = "must be a number of seconds, or a number followed by s, m, h or d"
        raise ValueError(msg)
    return int(syntax["count"]) * UNITS[syntax["unit"]]


def describe(seconds: int) -> str:
    """Render seconds in the two largest units that say something."""
    parts = []
    for size, name in NAMES:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
