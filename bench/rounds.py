"""Interleaved rounds: what else the machine does hits all cases alike, and only ratios of one round count."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROUNDS = 21
BATCH_SECONDS = 0.02
WARM_UP = 20


class Case(NamedTuple):
    """A call, and what it is called with; that is made before the clock starts."""

    call: Callable[[Any], object]
    arguments: Callable[[int], Iterable[Any]] = lambda count: repeat(None, count)


def with_the_same(argument: object) -> Callable[[int], Iterable[Any]]:
    """Call with one argument every time."""
    return lambda count: repeat(argument, count)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """The median of a case's ratio to another over all rounds, its spread, and the medians in microseconds."""

    median: float
    lowest: float
    highest: float
    case_us: float
    base_us: float


class Rounds:
    """Processor seconds of one call of each case, round by round."""

    def __init__(self, cases: Mapping[str, Case], *, rounds: int = ROUNDS) -> None:
        counts = {name: _warm_up(case) for name, case in cases.items()}
        self._seconds: dict[str, list[float]] = {name: [] for name in cases}
        order = list(cases)
        for _ in range(rounds):
            random.shuffle(order)
            for name in order:
                self._seconds[name].append(_batch(cases[name], counts[name]))

    def ratio(self, case: str, base: str) -> Ratio:
        """Return how many times the processor time of `base` a call of `case` takes."""
        ratios = sorted(a / b for a, b in zip(self._seconds[case], self._seconds[base], strict=True))
        return Ratio(
            median=statistics.median(ratios),
            lowest=ratios[len(ratios) // 4],
            highest=ratios[-1 - len(ratios) // 4],
            case_us=statistics.median(self._seconds[case]) * 1e6,
            base_us=statistics.median(self._seconds[base]) * 1e6,
        )


def _warm_up(case: Case) -> int:
    """Return how many calls make a batch."""
    _batch(case, WARM_UP)
    return max(1, round(BATCH_SECONDS / _batch(case, WARM_UP)))


def _batch(case: Case, count: int) -> float:
    arguments = case.arguments(count)
    began = time.process_time_ns()
    for argument in arguments:
        case.call(argument)
    return (time.process_time_ns() - began) / count / 1e9
