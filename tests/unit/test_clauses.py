"""Every clause that binds the server is proven by a test, or it is said why there is none, and a document says both."""

from __future__ import annotations

import re

import pytest

from tests.clauses.catalogue import SPECIFICATIONS, clauses
from tests.clauses.document import DOCUMENT, render
from tests.proofs import faults, proofs

EVERY = clauses()


@pytest.fixture(scope="module")
def tests():
    return proofs("clause")


def test_no_clause_is_forgotten(tests):
    """Each has a test or a reason, never both, and no marker names a clause that is not there."""
    assert faults("clause", EVERY, tests) == []


def test_the_document_agrees_with_the_markers(tests):
    assert DOCUMENT.read_text() == render(EVERY, tests), "run make clauses"


def test_the_clauses_have_names_of_their_own_and_stand_in_the_order_of_the_specifications():
    assert len({clause.id for clause in EVERY}) == len(EVERY)
    names = list(SPECIFICATIONS)
    order = [names.index(clause.specification) for clause in EVERY]
    assert order == sorted(order)
    assert all(re.fullmatch(r"\d+(\.\d+)*-\d+", clause.place) and clause.clause for clause in EVERY)
    assert not [clause.id for clause in EVERY if "|" in "".join(clause) or "\n" in "".join(clause)]
