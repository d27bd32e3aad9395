"""docs/conformance.md says how every module ended. Runs last, after all of them."""

from __future__ import annotations

from tests.e2e.conformance.results import DOCUMENT


def test_the_document_says_how_each_module_ended(results, request):
    assert results.missing() == [], "run tests/e2e/conformance as a whole"
    told = results.render()
    if request.config.getoption("--write-conformance", default=False):
        DOCUMENT.write_text(told)
    assert DOCUMENT.read_text() == told, "run make conformance"
