"""A plugin of pytest that tells which tests failed by an assertion, and which code they were run with."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

REPORT, MODULE = "REMOVED_CHECKS_REPORT", "REMOVED_CHECKS_MODULE"
"""Environment variables: where the report goes, and the module whose file it names."""


class Witness:
    """Notes the outcome of every test."""

    def __init__(self, report: Path, module: str) -> None:
        self._report = report
        self._module = module
        self.passed: list[str] = []
        self.noticed: list[str] = []
        """Failed in the test itself, by an assertion."""
        self.broken: dict[str, str] = {}
        """Failed in another way, which proves nothing."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Tell an assertion from any other failure."""
        report = yield
        if call.excinfo is None:
            if call.when == "call":
                self.passed.append(item.nodeid)
        elif call.when == "call" and call.excinfo.errisinstance((AssertionError, pytest.fail.Exception)):
            self.noticed.append(item.nodeid)
        elif report.failed:
            self.broken[item.nodeid] = f"{call.when}: {call.excinfo.typename}"
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if report.failed:
            self.broken[report.nodeid] = "collection"

    def pytest_sessionfinish(self) -> None:
        """Write the report."""
        module: Any = sys.modules.get(self._module)
        document = {
            "imported": getattr(module, "__file__", None),
            "passed": self.passed,
            "noticed": self.noticed,
            "broken": self.broken,
        }
        self._report.write_text(json.dumps(document))


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch."""
    config.pluginmanager.register(Witness(Path(os.environ[REPORT]), os.environ[MODULE]))
