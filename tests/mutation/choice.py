"""Which tests may notice a change, those first that are likely to, and quick."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

from tests.mutation.mutants import SOURCES, modules

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.mutation.mutants import Mutant
    from tests.mutation.pristine import File

MOST_SECONDS = 10
"""Of a layer's tests on one mutant: what these do not notice counts as not noticed."""


class Choice:
    """Chooses by the lines that each test executes."""

    def __init__(self, seen: File) -> None:
        self._seconds = seen.seconds
        self._by_line: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for test, places in seen.lines.items():
            for place, lines in places.items():
                for line in lines:
                    self._by_line[place][line].add(test)
        self._texts = {module.place: module.path.read_text() for module in modules()}

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the tests for a mutant, in their order.

        A test may hold what its file has made while it was imported, unseen: those of the module's own name always may.
        """
        lines = self._by_line[mutant.module.place]
        own = {test for test in self._seconds if f"/test_{mutant.module.path.stem}.py::" in test}
        if not mutant.at_import:
            return self._first(
                own | {test for line in mutant.lines for test in lines.get(line, ())}, mutant.module.path
            )
        places = {mutant.module.place, *self._importers(mutant.module.path)}
        return self._first(
            own | {test for place in places for tests in self._by_line[place].values() for test in tests},
            mutant.module.path,
        )

    def seconds(self, tests: Iterable[str]) -> float:
        """Return how long tests take."""
        return sum(self._seconds[test] for test in tests)

    def _importers(self, path: Path) -> list[str]:
        package = ".".join(path.relative_to(SOURCES).parent.parts)
        imports = re.compile(rf"from {package}\.{path.stem} import|from {package} import [^\n]*\b{path.stem}\b")
        return [place for place, text in self._texts.items() if imports.search(text)]

    def _first(self, tests: set[str], path: Path) -> list[str]:
        """Return one case of each test first, then a second one, and so on; and no more than time allows."""
        by_file: dict[str, list[str]] = defaultdict(list)
        for test in sorted(tests, key=lambda test: self._seconds[test]):
            by_file[test.partition("::")[0]].append(test)

        def order(file: str) -> tuple[bool, float]:
            own = file.endswith(f"/test_{path.stem}.py")
            return not own, self.seconds(by_file[file]) / len(by_file[file])

        rounds: dict[int, list[str]] = defaultdict(list)
        cases: Counter[str] = Counter()
        for file in sorted(by_file, key=order):
            for test in by_file[file]:
                name = test.partition("[")[0]
                rounds[cases[name]].append(test)
                cases[name] += 1
        in_order = [test for number in sorted(rounds) for test in rounds[number]]
        ends = accumulate(self._seconds[test] for test in in_order)
        return [test for test, end in zip(in_order, ends, strict=True) if end <= MOST_SECONDS]
