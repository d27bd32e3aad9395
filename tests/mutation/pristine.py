"""The tests on the product as it is: which there are, how long each takes, and which lines it executes."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

import pytest
from coverage import Coverage

from tests.mutation.mutants import ROOT, SOURCES, TARGETS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from pathlib import Path

TESTS = {
    "unit": (
        "tests/unit/oauth/test_*.py",
        "tests/unit/accounts/test_*.py",
        "tests/unit/aws/test_feed.py",
        "tests/unit/aws/test_public_keys.py",
        "tests/unit/handlers/test_*.py",
    ),
    "authorizer": (
        "tests/integration/test_authorizer_*.py",
        "tests/integration/test_audience.py",
        "tests/integration/test_log_line.py",
    ),
    "integration": ("tests/integration/test_*.py",),
}
"""By layer; each is asked about what those before it have not noticed."""
LEFT_OUT = {
    "tests/unit/handlers/test_imports.py": "starts interpreters of its own, which know nothing of a change",
    "tests/unit/handlers/test_start_up.py": "starts interpreters of its own",
    "tests/unit/oauth/test_key_generation.py": "makes RSA keys, and reads the source",
    "tests/integration/test_cost.py": "counts instructions",
    "tests/integration/test_costs.py": "counts calls",
    "tests/integration/test_entropy.py": "counts bits",
    "tests/integration/test_fault_matrix.py": "repeats every operation at every fault, which takes minutes",
    "tests/integration/test_initialization.py": "starts interpreters of its own",
    "tests/integration/test_interleavings.py": "repeats pairs of operations in every order, which takes minutes",
    "tests/integration/test_lambda_entry.py": "starts interpreters of its own",
    "tests/integration/test_two_releases.py": "runs another release",
}
OPTIONS = ("-p", "no:cacheprovider", "-q", "--tb=short", "-o", "tmp_path_retention_policy=none", "-W", "ignore")


@dataclass
class File:
    """What is known of tests."""

    seconds: dict[str, float] = field(default_factory=dict)
    """By test."""
    lines: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """The executed lines of the product, by test and module."""


def files(*layers: str) -> list[Path]:
    """Return the files of tests that may notice a change."""
    found = {path for layer in layers for pattern in TESTS[layer] for path in ROOT.glob(pattern)}
    return sorted(path for path in found if str(path.relative_to(ROOT)) not in LEFT_OUT)


def stamp(*paths: Path) -> str:
    """Return a hash of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def world() -> str:
    """Return a hash of the product and of what the tests share: a result is good as long as it stays the same."""
    shared = (path for layer in ("unit", "integration") for path in (ROOT / "tests" / layer).rglob("*.py"))
    return stamp(
        *(SOURCES.rglob("*.py")),
        *(path for path in shared if not path.name.startswith("test_")),
        *(ROOT / "requirements").glob("*.lock"),
    )


class Observations:
    """What was seen, kept for as long as product and test stay the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._world = world()
        folder.mkdir(parents=True, exist_ok=True)

    def place(self, path: Path) -> Path:
        """Return where that of a file of tests is kept."""
        return (
            self._folder / f"{path.stem}-{hashlib.sha256((self._world + stamp(path)).encode()).hexdigest()[:16]}.json"
        )

    def missing(self, layer: str) -> list[Path]:
        """Return the files of tests that were not seen as they are now."""
        return [path for path in files(layer) if not self.place(path).exists()]

    def load(self, *layers: str) -> File:
        """Return everything that was seen."""
        together = File()
        for path in files(*layers):
            file = File(**json.loads(self.place(path).read_text()))
            together.seconds.update(file.seconds)
            together.lines.update(file.lines)
        return together

    def stamp(self, layers: Iterable[str]) -> str:
        """Return a hash of the product and of the tests of some layers."""
        return hashlib.sha256((self._world + stamp(*files(*layers))).encode()).hexdigest()

    @property
    def world(self) -> str:
        """Return a hash of the product and of what the tests share."""
        return self._world


def cases(items: Iterable[pytest.Item]) -> dict[str, pytest.Item]:
    """Name tests, those with parameters by a number: what pytest calls them may be another random text in each run."""
    numbers: Counter[str] = Counter()
    found = {}
    for item in items:
        name = item.nodeid.partition("[")[0]
        found[f"{name}[{numbers[name]}]"] = item
        numbers[name] += 1
    return found


class Watch:
    """A plugin of pytest: times the tests, and tells the coverage which one runs."""

    def __init__(self, coverage: Coverage, items: Mapping[str, pytest.Item]) -> None:
        self.file = File()
        self._coverage = coverage
        self._names = {item: name for name, item in items.items()}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch one test, with its fixtures."""
        self._coverage.switch_context(self._names[item])
        began = time.process_time()
        result = yield
        self.file.seconds[self._names[item]] = time.process_time() - began
        return result


def observe(session: pytest.Session, items: Mapping[str, pytest.Item], target: Path) -> int:
    """Run the tests of a file, and write what was seen.

    Backwards, so that a test which needs another one before it is found here, and not taken for one that
    notices a change.
    """
    patterns = [str(SOURCES / pattern) for patterns in TARGETS.values() for pattern in patterns]
    coverage = Coverage(data_file=None, include=patterns, config_file=False)
    watch = Watch(coverage, items)
    session.config.pluginmanager.register(watch)
    coverage.start()
    status = run_items(session, list(items.values())[::-1])
    coverage.stop()
    data = coverage.get_data()
    for measured in data.measured_files():
        for line, contexts in data.contexts_by_lineno(measured).items():
            for test in filter(None, contexts):
                place = os.path.relpath(measured, ROOT)
                watch.file.lines.setdefault(test, {}).setdefault(place, []).append(line)
    if status == 0:
        target.write_text(json.dumps(vars(watch.file)))
    return status


def run_items(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    """Run tests one after the other until one fails, and return whether one did."""
    for item, following in zip_longest(items, items[1:]):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return 1
    return 0
