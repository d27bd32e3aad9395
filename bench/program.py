"""A small program in a fresh interpreter, as on Lambda: it sees what it is given and the standard library alone."""

from __future__ import annotations

import re
import resource
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERPRETER: str = getattr(sys, "_base_executable", sys.executable)
ROOT = Path(__file__).resolve().parents[1]
VALGRIND = shutil.which("valgrind")
CACHEGRIND = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
INSTRUCTIONS = re.compile(r"I\s+refs:\s+([\d,]+)")
ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Program:
    """Source, the directories it imports from, its environment, and what it reads."""

    source: str
    path: tuple[Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""

    def run(self) -> str:
        """Return what it writes to stderr; its log goes nowhere."""
        return self._run()

    def seconds(self) -> float:
        """Return its processor time, the system's share included."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._run()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def instructions(self) -> int:
        """Return how many instructions it executes outside the kernel."""
        found = INSTRUCTIONS.search(self._run(str(VALGRIND), *CACHEGRIND))
        if found is None:
            raise RuntimeError("valgrind has counted nothing")
        return int(found[1].replace(",", ""))

    def _run(self, *wrapper: str) -> str:
        source = f"import sys; sys.path[:0] = {[str(path) for path in self.path]!r}\n{self.source}"
        command = [*wrapper, INTERPRETER, "-S", "-s", "-P", "-c", source]
        # Without a fixed seed, two runs differ by the order of their sets.
        environment = {"PYTHONHASHSEED": "0", **self.environment}
        done = subprocess.run(
            command,
            input=self.stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            check=False,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"the program failed:\n{self.source}\n{done.stderr}")
        return done.stderr


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How many times the cost of a base a program takes."""

    ratio: float
    remark: str


def compare(program: Program, base: Program) -> Comparison:
    """Count instructions where valgrind is installed, else compare processor time."""
    ours, its = _seconds(program, base)
    time = statistics.median(a / b for a, b in zip(ours, its, strict=True))
    times = f"processor time {time:.2f} x, {_milliseconds(ours)} to {_milliseconds(its)}"
    if VALGRIND is None:
        return Comparison(ratio=time, remark=f"{times}; instructions not measured: valgrind is not installed")
    case, reference = program.instructions(), base.instructions()
    counts = f"{case / 1e6:.0f} to {reference / 1e6:.0f} million instructions"
    return Comparison(ratio=case / reference, remark=f"{counts}; {times}")


def _seconds(*programs: Program) -> list[list[float]]:
    """Let programs take turns; the first round leaves the bytecode of what had none."""
    rounds = [[program.seconds() for program in programs] for _ in range(ROUNDS + 1)]
    return [list(of_one) for of_one in zip(*rounds[1:], strict=True)]


def _milliseconds(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f} ms"
