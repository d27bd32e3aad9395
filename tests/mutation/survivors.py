"""The changes that no test notices and that are known: why each may stay."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.mutation.results import KILLED, TIMED_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = Path(__file__).with_name("survivors.toml")


class Change(NamedTuple):
    """What tells a mutant from the others, whatever line it has moved to."""

    module: str
    function: str
    before: str
    after: str


class Verdict(NamedTuple):
    """What the list says of the mutants."""

    explained: frozenset[Change]
    unexplained: tuple[Change, ...]
    stale: tuple[Change, ...]
    """Listed, and noticed by now or gone."""


def read(file: Path = FILE) -> dict[Change, str]:
    """Return the reason of each."""
    listed: dict[Change, str] = {}
    for reason in tomllib.loads(file.read_text()).get("reason", ()):
        if not reason["text"].strip():
            raise ValueError("a survivor needs a reason")
        for each in reason["changes"]:
            listed[Change(each["module"], each["function"], each["before"], each["after"])] = reason["text"]
    return listed


def judge(statuses: Mapping[Change, Iterable[str]], listed: Mapping[Change, str], tried: Iterable[str]) -> Verdict:
    """Hold what became of the mutants of some modules against the list.

    A mutant that takes too long may be in an endless loop, or the machine slow: somebody must have looked.
    """
    alive = {change for change, all_ in statuses.items() if any(each != KILLED for each in all_)}
    there = {change for change in listed if change.module in set(tried)}
    return Verdict(
        explained=frozenset(alive & there),
        unexplained=tuple(sorted(alive - there)),
        stale=tuple(sorted(there - alive)),
    )


def counts_as_killed(status: str, change: Change, listed: Mapping[Change, str]) -> bool:
    """Tell whether a mutant is killed: also where it takes too long, and the list says why."""
    return status == KILLED or (status == TIMED_OUT and change in listed)
