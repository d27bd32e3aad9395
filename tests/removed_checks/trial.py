"""One run of some tests against a copy of the functions that lacks one check."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.removed_checks.removal import ROOT
from tests.removed_checks.witness import MODULE, REPORT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.removed_checks.removal import Removal

WITNESS = "tests.removed_checks.witness"


class FailedTrialError(Exception):
    """The tests could not be run, or not against the copy."""


class Outcome(NamedTuple):
    """What became of the tests: file below tests/ and name, each with how many of its cases."""

    passed: Counter[str]
    noticed: Counter[str]
    broken: dict[str, str]

    def faults(self, removal: Removal) -> list[str]:
        """Return the tests that did not notice, and how else they ended."""
        silent = [test for test in removal.tests if not self.noticed[test]]
        return [
            f"{removal.name}: {test} " + self.broken.get(test, "passed" if self.passed[test] else "is not there")
            for test in silent
        ]


def attempt(removal: Removal) -> Outcome:
    """Run the tests of a removal without its check. Raises StaleRemovalError and FailedTrialError."""
    with tempfile.TemporaryDirectory() as folder:
        functions = _copy(Path(folder))
        changed = functions / "gatelet" / removal.file
        changed.write_text(removal.applied_to(changed.read_text()))
        return _run(functions, removal.module, removal.tests)


def control(tests: Iterable[str]) -> Outcome:
    """Run tests against a copy that lacks nothing."""
    with tempfile.TemporaryDirectory() as folder:
        return _run(_copy(Path(folder)), "gatelet", tests)


def _copy(folder: Path) -> Path:
    """Copy the functions without bytecode, so that only what stands there can be run."""
    return Path(shutil.copytree(ROOT / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__")))


def _run(functions: Path, module: str, tests: Iterable[str]) -> Outcome:
    """Run tests in a process of their own, which finds the copy before any other tree."""
    report = functions.parent / "report.json"
    command = [
        *(sys.executable, "-m", "pytest", "--quiet", "--tb=short", "-p", "no:cacheprovider", "-p", WITNESS),
        *("-o", f"pythonpath=. '{functions}' infra cli"),
        *(f"tests/{test}" for test in tests),
    ]
    environment = {**os.environ, REPORT: str(report), MODULE: module, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if not report.exists():
        raise FailedTrialError(done.stdout + done.stderr)
    document = json.loads(report.read_text())
    if not Path(document["imported"] or "/").is_relative_to(functions):
        raise FailedTrialError(f"{module} was imported from {document['imported']}\n{done.stdout}")
    return Outcome(
        passed=Counter(map(_name, document["passed"])),
        noticed=Counter(map(_name, document["noticed"])),
        broken={_name(test): how for test, how in document["broken"].items()},
    )


def _name(test: str) -> str:
    """Return the file below tests/ and the name, without the case."""
    return test.removeprefix("tests/").partition("[")[0]
