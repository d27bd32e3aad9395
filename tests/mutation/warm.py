"""Many mutants in one collected session of pytest: each in a fork, in which one function has another body.

A test that fails there has noticed the change. One that passes proves less, since what the product computed while it
was imported is as it was: `cold` tries such a mutant again.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings

from tests.mutation.mutants import ROOT, SOURCES
from tests.mutation.pristine import OPTIONS, cases, run_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tests.mutation.mutants import Mutant

NOTHING_TO_CHANGE = 71
"""The function is not there: it was made for a moment, or the tests have imported another copy of it."""


class Loop:
    """A plugin of pytest: hands the collected session over instead of running it."""

    def __init__(self, run: Callable[[pytest.Session, dict[str, pytest.Item]], None], libraries: Path) -> None:
        self._run = run
        self._libraries = libraries

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run something else."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        settings.register_profile("mutation", settings.default, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutation")
        self._libraries.write_text(json.dumps(_libraries()))
        gc.collect()
        gc.freeze()
        self._run(session, cases(session.items))
        return True


def collected(
    files: Sequence[Path], libraries: Path, run: Callable[[pytest.Session, dict[str, pytest.Item]], None]
) -> int:
    """Collect files of tests, and hand the session over."""
    names = [str(path.relative_to(ROOT)) for path in files]
    return int(pytest.main([*OPTIONS, "--capture=no", *names], plugins=[Loop(run, libraries)]))


def warm_up(session: pytest.Session, items: Iterable[pytest.Item]) -> None:
    """Run a test of each file, so that what the session's tests share is made once, and not in each fork."""
    firsts = list({item.path: item for item in reversed(list(items))}.values())
    for item, following in zip(firsts, [*firsts[1:], firsts[0]], strict=True):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def functions() -> dict[tuple[str, str], list[FunctionType]]:
    """Return the functions of the product that are there, by file and name."""
    found: dict[tuple[str, str], list[FunctionType]] = {}
    ours = str(SOURCES) + os.sep
    gc.unfreeze()
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(ours):
            found.setdefault((each.__code__.co_filename, each.__code__.co_qualname), []).append(each)
    gc.freeze()
    return found


def attempt(
    session: pytest.Session,
    items: Sequence[pytest.Item],
    mutant: Mutant,
    there: dict[tuple[str, str], list[FunctionType]],
) -> int:
    """Give one function another body, and run tests. Returns 0 where none noticed."""
    path = str(mutant.module.path)
    changed = 0
    for code in _functions_in(compile(mutant.code, path, "exec", dont_inherit=True)):
        for function in there.get((path, code.co_qualname), ()):
            if _differs(function.__code__, code):
                function.__code__ = code
                changed += 1
    return run_items(session, items) if changed else NOTHING_TO_CHANGE


def _functions_in(code: CodeType) -> list[CodeType]:
    """Return the functions and methods of a module, not what is inside of them."""
    found = []
    for each in code.co_consts:
        if isinstance(each, CodeType):
            is_function = each.co_flags & 0x02  # CO_NEWLOCALS: no class's body
            found += [each] if is_function else _functions_in(each)
    return found


def _differs(old: CodeType, new: CodeType) -> bool:
    """Compare what is executed; lines may have moved."""
    if old.co_code != new.co_code or old.co_names != new.co_names or len(old.co_consts) != len(new.co_consts):
        return True
    return any(
        _differs(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else (type(a), a) != (type(b), b)
        for a, b in zip(old.co_consts, new.co_consts, strict=True)
    )


def _libraries() -> list[str]:
    """Return the modules that were imported and are not ours: it is enough to import them once."""
    ours, environment = str(ROOT) + os.sep, str(ROOT / ".venv")
    found: list[str] = []
    for name, module in list(sys.modules.items()):
        file: Any = getattr(module, "__file__", None) or ""
        if not file.startswith(ours) or file.startswith(environment):
            found.append(name)
    return found
