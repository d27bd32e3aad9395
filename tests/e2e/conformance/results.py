"""How each module ended in this run, and the document that says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.conformance.plans import MODULES, PLANS

if TYPE_CHECKING:
    import pytest

    from tests.e2e.conformance.plans import Plan

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "conformance.md"
PASSED, REFUSED, FAILED = "passed", "refused", "failed"
RESULT = "result"
"""The property with which a test says more than that it passed."""
INTRODUCTION = """\
# Conformance to OpenID Connect

Gatelet is **not certified**. The tables below are the results of the project's own tests, written after the modules of
the OpenID Foundation's conformance suite: each does what the module of that name does, over HTTP against the deployed
stack, and asserts what the module fails and what it warns about. `make conformance` runs them and writes this page;
`make test` fails where the page and the run differ. The suite itself, whose version of August 2026 was read for this,
has not been run.

Four things are different here:

- The stack runs on the local emulator, whose issuer is `http` on the loopback address. Where the suite asks for
  `https`, the tests ask that every address is the issuer's own.
- Clients are registered by the operator's command: there is no dynamic registration. The suite sends no PKCE in most
  modules, so these clients are registered with `--no-require-pkce`.
- No test waits: where the suite sleeps, the test sets times in the store back with the operator's access.
- Where the suite asks for a screenshot, the test reads the page.

*Refused* means that the module tries something optional which Gatelet does not offer, and that it is refused in the
way that the suite accepts; the suite then skips the rest of the module.
"""


class Results:
    """What the tests of this folder gave."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._checks: dict[str, str] = {}

    def note(self, item: pytest.Function, report: pytest.TestReport) -> None:
        """Note one phase of a test: every phase must pass."""
        module = module_of(item)
        if module not in MODULES:
            return
        self._checks[module] = str(item.obj.__doc__).partition("\n")[0].rstrip(".")
        if not report.passed:
            self._of[module] = FAILED
        elif report.when == "call":
            self._of[module] = str(dict(report.user_properties).get(RESULT, PASSED))

    def missing(self) -> list[str]:
        """Return the modules that did not run."""
        return [module for module in MODULES if module not in self._of]

    def render(self) -> str:
        """Return the document."""
        return "\n".join([INTRODUCTION, *map(self._table, PLANS)])

    def _table(self, plan: Plan) -> str:
        rows = [f"| `{module}` | {self._checks[module]} | {self._of[module]} |" for module in plan.modules]
        passed = sum(self._of[module] != FAILED for module in plan.modules)
        return "\n".join(
            [
                f"## {plan.title}",
                "",
                f"`{plan.name}`: {passed} of {len(plan.modules)} modules end as the suite wants.",
                "",
                "| module | what it checks | result |",
                "| --- | --- | --- |",
                *rows,
                "",
            ]
        )


def module_of(item: pytest.Function) -> str:
    """Return the name of the module that a test is named after."""
    return item.name.removeprefix("test_").replace("_", "-")
