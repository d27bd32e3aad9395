"""Which attacks the tests try, by their marker `attack`."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pytest

    from tests.attacks.catalogue import Attack


class Collector:
    """A plugin of pytest that notes the tests of each attack."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Read the markers of everything that was collected."""
        for item in items:
            for marker in item.iter_markers("attack"):
                for attack in marker.args:
                    self.tests[attack].add(item.nodeid.partition("[")[0])


class Coverage(NamedTuple):
    """What became of the catalogue."""

    covered: tuple[Attack, ...]
    not_applicable: tuple[Attack, ...]
    missing: tuple[Attack, ...]
    faults: tuple[str, ...]
    """Markers of attacks that are not in the catalogue, and rows that are both tested and said not to apply."""

    def areas(self) -> list[tuple[str, int, int, int]]:
        """Return area, covered, not applicable and missing, in the order of the catalogue."""
        groups = (self.covered, self.not_applicable, self.missing)
        counts = [Counter(attack.area for attack in group) for group in groups]
        names = dict.fromkeys(attack.area for group in groups for attack in group)
        return [(area, *(count[area] for count in counts)) for area in names]  # type: ignore[misc]


def coverage(attacks: Iterable[Attack], tests: Mapping[str, set[str]]) -> Coverage:
    """Hold the catalogue against the tests."""
    attacks = tuple(attacks)
    unknown = sorted(set(tests) - {attack.id for attack in attacks})
    both = [attack.id for attack in attacks if attack.not_applicable and attack.id in tests]
    return Coverage(
        covered=tuple(attack for attack in attacks if attack.id in tests),
        not_applicable=tuple(attack for attack in attacks if attack.not_applicable and attack.id not in tests),
        missing=tuple(attack for attack in attacks if not attack.not_applicable and attack.id not in tests),
        faults=(
            *(f"{attack} is not in the catalogue" for attack in unknown),
            *(f"{attack} is tested and said not to apply" for attack in both),
        ),
    )
