"""What is measured, and the surroundings in which it is."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.row import Section

SUBJECTS = ("bench.processor", "bench.calls", "bench.bundle")
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "us-east-1"}
FOREIGN = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "LOG_LEVEL", "POWERTOOLS_DEV", "POWERTOOLS_LOG_LEVEL")


def measure(subject: str) -> tuple[Section, ...]:
    """Measure one subject; what the handlers log is written, but goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ.update(ENVIRONMENT)
    for name in FOREIGN:
        os.environ.pop(name, None)
    measured: tuple[Section, ...] = importlib.import_module(subject).measure()
    return measured
