"""Tries mutants: many in one session of the tests first, then on its own each that was not noticed there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.mutation import cold, processes, warm
from tests.mutation.choice import Choice
from tests.mutation.mutants import ROOT
from tests.mutation.pristine import Observations, files, observe, run_items
from tests.mutation.processes import Work
from tests.mutation.results import KILLED, SURVIVED, SUSPECT, TIMED_OUT, UNCOVERED, Results

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pytest

    from tests.mutation.mutants import Mutant

PLACE = ROOT / ".mutation"
A_DAY = 86_400
PARTS = 8
FEW = 20
"""Tests that show that a module can be imported in another one's place."""


class CannotTry(Exception):
    """The tests do not pass on the product as it is, or do not run at all."""


class Campaign:
    """Mutants, what is known of them, and how the rest of it is found out."""

    def __init__(
        self, *, at_once: int, layers: Sequence[str], fresh: bool, say: Callable[[str, int, int], None]
    ) -> None:
        PLACE.mkdir(exist_ok=True)
        self._at_once = at_once
        self._say = say
        self._layers = layers
        self._observations = Observations(PLACE / "seen")
        self.results = Results(
            PLACE / "results.jsonl", world=self._observations.world, tests=self._observations.stamp(layers)
        )
        if fresh:
            self.results.forget()
        self.results.load()

    def run(self, mutants: Sequence[Mutant]) -> None:
        """Try every mutant of which nothing is known. Raises CannotTry."""
        mutants = [each for each in mutants if not each.is_text]
        for layer in self._layers:
            if self._open(mutants):
                self._together(layer, mutants)
        if self._open(mutants):
            self._alone(mutants)

    def _open(self, mutants: Sequence[Mutant]) -> list[Mutant]:
        return [each for each in mutants if self.results.status(each.id) in {None, SUSPECT}]

    def _together(self, layer: str, mutants: Sequence[Mutant]) -> None:
        """Try what is open in one session of a layer's tests."""
        session = Work(layer, partial(self._session, layer, mutants), A_DAY, PLACE / f"{layer}.log")
        for ended in processes.run([session], 1):
            if ended.status != 0:
                raise CannotTry(f"see {session.output.relative_to(ROOT)}")
        self.results.reload()

    def _session(self, layer: str, mutants: Sequence[Mutant]) -> int:
        done = []

        def run(session: pytest.Session, items: dict[str, pytest.Item]) -> None:
            self._observe(layer, session, items)
            self._try(layer, session, items, mutants)
            done.append(layer)

        warm.collected(files(layer), self._libraries(layer), run)
        return 0 if done else 1

    def _libraries(self, layer: str) -> Path:
        return PLACE / f"{layer}-libraries.json"

    def _observe(self, layer: str, session: pytest.Session, items: dict[str, pytest.Item]) -> None:
        """Run the tests on the product as it is."""
        missing = self._observations.missing(layer)
        work = []
        for path in missing:
            inside = {name: item for name, item in items.items() if item.path == path}
            work.append(
                Work(
                    path.stem,
                    partial(observe, session, inside, self._observations.place(path)),
                    A_DAY,
                    PLACE / f"{path.stem}.log",
                )
            )
        for number, ended in enumerate(processes.run(work, self._at_once), 1):
            self._say(f"{layer} tests on the product as it is, files", number, len(work))
            if ended.status != 0:
                raise CannotTry(f"{ended.key} fails on the product as it is: see .mutation/{ended.key}.log")

    def _try(
        self, layer: str, session: pytest.Session, items: dict[str, pytest.Item], mutants: Sequence[Mutant]
    ) -> None:
        choice = Choice(self._observations.load(layer))
        warm.warm_up(session, items.values())
        there = warm.functions()
        todo = [each for each in self._open(mutants) if not each.at_import]
        covered = [(each, tests) for each in todo if (tests := choice.tests(each))]
        self._control(layer, session, [items[test] for test in _all_of(covered)])
        work = (
            Work(
                mutant.id,
                partial(warm.attempt, session, [items[test] for test in tests], mutant, there),
                _limit(choice.seconds(tests)),
                PLACE / "together.log",
            )
            for mutant, tests in covered
        )
        for number, ended in enumerate(processes.run(work, self._at_once), 1):
            # What went wrong otherwise than by a failing test is tried again as well.
            killed = ended.status == 1
            self.results.add(ended.key, TIMED_OUT if ended.status is None else KILLED if killed else SUSPECT)
            self._say(f"{layer} tests, mutants together", number, len(covered))

    def _control(self, layer: str, session: pytest.Session, items: Sequence[pytest.Item]) -> None:
        """Run the tests in forks and in an order such as those of the mutants, with nothing changed."""
        work = [
            Work(str(part), partial(run_items, session, items[part::PARTS]), A_DAY, PLACE / f"control-{part}.log")
            for part in range(PARTS)
        ]
        for number, ended in enumerate(processes.run(work, self._at_once), 1):
            self._say(f"{layer} tests, nothing changed", number, len(work))
            if ended.status != 0:
                raise CannotTry(f"a test fails where nothing is changed: see .mutation/control-{ended.key}.log")

    def _alone(self, mutants: Sequence[Mutant]) -> None:
        todo = {each.id: each for each in self._open(mutants)}
        choices = {layer: Choice(self._observations.load(layer)) for layer in self._layers}
        for layer in self._layers:
            cold.import_libraries(self._libraries(layer))
        for layer, choice in choices.items():
            # A function that was changed in the session of an integration layer has shown there what it can.
            self._layer(
                layer, choice, {id_: each for id_, each in todo.items() if each.at_import or layer == self._layers[0]}
            )
            todo = {each.id: each for each in self._open(mutants)}
        for id_, mutant in todo.items():
            is_covered = any(choice.tests(mutant) for choice in choices.values())
            self.results.add(id_, SURVIVED if is_covered else UNCOVERED)

    def _layer(self, layer: str, choice: Choice, todo: dict[str, Mutant]) -> None:
        covered = [(each, tests) for each in todo.values() if (tests := choice.tests(each))]
        modules = {each.module: tests[:FEW] for each, tests in covered}
        control = [
            Work(module.name, partial(cold.attempt, module, module.path.read_text(), tests), A_DAY, PLACE / "alone.log")
            for module, tests in modules.items()
        ]
        for ended in processes.run(control, self._at_once):
            if ended.status != 0:
                raise CannotTry(f"a test fails where {ended.key} is imported so, or does not import it")
        work = (
            Work(
                mutant.id,
                partial(cold.attempt, mutant.module, mutant.code, tests),
                _limit(choice.seconds(tests)),
                PLACE / "alone.log",
            )
            for mutant, tests in covered
        )
        for number, ended in enumerate(processes.run(work, self._at_once), 1):
            if ended.status == cold.NOT_IMPORTED:
                raise CannotTry(f"the tests have not imported {todo[ended.key].module.name}")
            if ended.status != 0:
                self.results.add(ended.key, TIMED_OUT if ended.status is None else KILLED)
            self._say(f"{layer} tests, mutants alone", number, len(covered))


def _all_of(covered: Sequence[tuple[Mutant, Sequence[str]]]) -> list[str]:
    return list(dict.fromkeys(test for _, tests in covered for test in tests))


def _limit(seconds: float) -> int:
    return int(10 + 5 * seconds)
