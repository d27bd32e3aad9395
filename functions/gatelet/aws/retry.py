"""When to ask again, and how often: boto3's standard mode, with three attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.aws.fault import Fault

THROTTLED_PAUSE = 1.0
"""Seconds; a service that throttles is given more time than one that failed."""
CAPACITY = 500
COST = 14
THROTTLED_COST = 5


class RetryQuota:
    """How many more repetitions a container may ask for: in a long outage they would only add to it."""

    def __init__(self) -> None:
        self._left = CAPACITY

    def take(self, fault: Fault) -> int:
        """Return what a repetition costs, or 0 where there is not enough left for it."""
        cost = THROTTLED_COST if fault.is_throttling else COST
        if cost > self._left:
            return 0
        self._left -= cost
        return cost

    def give_back(self, cost: int) -> None:
        """Pay the last repetition back to a call that succeeded, and a little to one that needed none."""
        self._left = min(CAPACITY, self._left + (cost or 1))


def pause_before(attempt: int, fault: Fault, pause: float, random: Callable[[int], bytes]) -> float:
    """Return the seconds to wait before the attempt of that number, the second being the first repeated one.

    It is a random part of a bound that doubles, so that containers which failed together do not return together.
    """
    bound = (THROTTLED_PAUSE if fault.is_throttling else pause) * 2.0 ** (attempt - 2)
    return bound * int.from_bytes(random(4), "big") / 2**32
