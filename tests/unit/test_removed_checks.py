"""The list of checks to remove fits the code, and its page the list; `make removed-checks` removes them."""

from __future__ import annotations

import ast
from collections import Counter

from tests.removed_checks.document import DOCUMENT, render
from tests.removed_checks.removal import ROOT, removals

EVERY = removals()


def test_every_removal_fits_the_code_and_leaves_code():
    """Else the list would be older than what it speaks of."""
    for removal in EVERY:
        source = (ROOT / "functions" / "gatelet" / removal.file).read_text()
        assert ast.dump(ast.parse(removal.applied_to(source))) != ast.dump(ast.parse(source)), removal.name


def test_every_test_that_must_notice_is_there():
    for removal in EVERY:
        assert removal.tests, removal.name
        for test in removal.tests:
            file, _, name = test.partition("::")
            assert name.startswith("test_"), test
            assert f"def {name}(" in (ROOT / "tests" / file).read_text(), test


def test_the_checks_that_matter_most_are_on_the_list():
    assert len({(removal.area, removal.name) for removal in EVERY}) == len(EVERY)
    count = Counter(removal.area for removal in EVERY)
    assert min(count[area] for area in ("authorizer", "code", "rotation", "sign_in")) >= 8
    assert count["at_rest"] > 0
    assert not [removal.name for removal in EVERY if "|" in removal.name + removal.breaks]


def test_the_page_agrees_with_the_list():
    assert DOCUMENT.read_text() == render(EVERY), "run make removed-checks"
