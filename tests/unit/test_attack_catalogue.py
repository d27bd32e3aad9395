"""Every attack of the catalogue is tried by a test, or it is said why there is nothing to try it on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.attacks.catalogue import catalogue
from tests.attacks.coverage import coverage

TESTS = Path(__file__).resolve().parents[1]
MARKER = re.compile(r"\"(ATK-\d+)\"")


@pytest.mark.clause("RFC9700-3-1")
def test_no_attack_is_forgotten():
    """`make attacks` reports the same from what pytest collects."""
    tests: dict[str, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for attack in MARKER.findall(path.read_text()):
            tests.setdefault(attack, set()).add(path.name)
    result = coverage(catalogue(), tests)
    assert [attack.id for attack in result.missing] == []
    assert result.faults == ()


def test_the_attacks_have_names_of_their_own():
    ids = [attack.id for attack in catalogue()]
    assert len(set(ids)) == len(ids)
    assert all(attack.attack and attack.expected for attack in catalogue())
