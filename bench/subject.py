"""What is measured, and the surroundings in which it is."""

from __future__ import annotations

import importlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bench.row import median

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.row import Section

T = TypeVar("T")

SUBJECTS = {
    "bench.processor": 3,
    "bench.dynamodb_call": 1,
    "bench.start_up": 1,
    "bench.calls": 1,
    "bench.memory": 1,
    "bench.bundle": 1,
}
"""And how often: the median of three runs counts where a number depends on what else the machine does."""
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "us-east-1"}
FOREIGN = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "LOG_LEVEL", "POWERTOOLS_DEV", "POWERTOOLS_LOG_LEVEL")


def measured(subject: str) -> list[Section]:
    """Measure a subject, each time in a process of its own: none pays for what another imported."""
    return median([in_a_process_of_its_own(partial(_measure, subject)) for _ in range(SUBJECTS[subject])])


def in_a_process_of_its_own(measure: Callable[[], T]) -> T:
    """Return what a function measures."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_within, measure).result()


def _within(measure: Callable[[], T]) -> T:
    """Set the surroundings; what the handlers log is written, but goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ.update(ENVIRONMENT)
    for name in FOREIGN:
        os.environ.pop(name, None)
    return measure()


def _measure(subject: str) -> tuple[Section, ...]:
    measured: tuple[Section, ...] = importlib.import_module(subject).measure()
    return measured
