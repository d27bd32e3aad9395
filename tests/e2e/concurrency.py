"""Waiting for what takes a while, and doing many things at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")
PAUSE = 0.05


def eventually(condition: Callable[[], Result | None], *, within: float) -> Result:
    """Ask again and again until there is an answer, and return it. Fails after the given seconds."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {within} s"
        time.sleep(PAUSE)
    return answer


def at_once(count: int, what: Callable[[], Result]) -> list[Result]:
    """Do the same thing in many threads that all start together, and return the results."""
    start = threading.Barrier(count)

    def wait_and_do(_: int) -> Result:
        start.wait()
        return what()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(wait_and_do, range(count)))
