"""One mutant in a process that has imported nothing of the product: the changed module is what is imported."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import json
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.mutation.pristine import OPTIONS, cases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from types import CodeType, ModuleType

    from tests.mutation.mutants import Module

NOT_IMPORTED = 72
"""The tests passed without the changed module, which proves nothing."""


class Changed(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module from another text."""

    def __init__(self, module: Module, text: str) -> None:
        self._module = module
        self._text = text
        self.was_imported = False

    def find_spec(self, fullname: str, _path: object, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Find that module alone."""
        if fullname != self._module.name:
            return None
        self.was_imported = True
        return importlib.util.spec_from_file_location(fullname, self._module.path, loader=self)

    def get_code(self, _fullname: str) -> CodeType:
        """Compile the text."""
        code: CodeType = compile(self._text, str(self._module.path), "exec", dont_inherit=True)
        return code

    def get_source(self, _fullname: str) -> str:
        """Return the text, for a traceback."""
        return self._text


class Chosen:
    """A plugin of pytest: runs the chosen tests alone, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = tests

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose."""
        there = cases(items)
        items[:] = [there[test] for test in self._tests]


def import_libraries(listed: Path) -> None:
    """Import what the tests import besides the product, once for all attempts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in json.loads(listed.read_text()):
            with suppress(Exception):
                importlib.import_module(name)
    ours = [name for name in sys.modules if name.partition(".")[0] == "gatelet"]
    if ours:
        raise RuntimeError(f"{ours} is imported already")


def attempt(module: Module, text: str, tests: Sequence[str]) -> int:
    """Run tests on a changed module. Returns 0 where none noticed."""
    changed = Changed(module, text)
    sys.meta_path.insert(0, changed)
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    status = int(pytest.main([*OPTIONS, "-x", *files], plugins=[Chosen(tests)]))
    if status == pytest.ExitCode.OK and not changed.was_imported:
        return NOT_IMPORTED
    return status
