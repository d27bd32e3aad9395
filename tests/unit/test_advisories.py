"""Every advisory is tested, or it is said why there is nothing to test, and a document says both."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.advisories.catalogue import advisories
from tests.advisories.document import DOCUMENT, render
from tests.proofs import faults, proofs

EVERY = advisories()
FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
ID = re.compile(r"CVE-\d{4}-\d{4,6}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}")


@pytest.fixture(scope="module")
def tests():
    return proofs("advisory")


def test_no_advisory_is_forgotten(tests):
    """Each has a test or a reason, never both, and no marker names an advisory that is not there."""
    assert faults("advisory", EVERY, tests) == []


def test_the_document_agrees_with_the_markers(tests):
    assert DOCUMENT.read_text() == render(EVERY, tests), "run make advisories"


def test_the_advisories_have_names_of_their_own_and_stand_together_by_product():
    assert len({advisory.id for advisory in EVERY}) == len(EVERY)
    assert all(ID.fullmatch(advisory.id) and advisory.flaw for advisory in EVERY)
    products = [advisory.product for advisory in EVERY]
    changes = sum(before != after for before, after in pairwise(products))
    assert changes == len(set(products)) - 1
    assert not [advisory.id for advisory in EVERY if "|" in "".join(advisory) or "\n" in "".join(advisory)]


@pytest.mark.advisory("CVE-2026-48522", "CVE-2026-48524")
def test_no_function_has_keys_fetched_from_an_address():
    """PyJWT's client of key sets takes any address, and asks there for each key that it does not know."""
    names = {
        getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
        for path in FUNCTIONS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
    }
    assert "PyJWK" in names
    assert names.isdisjoint({"PyJWKClient", "jwks_client"})
