"""What is locked: by hashes, under licences that may be passed on, and audited loudly."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.markers import Marker

from gatelet_cdk import licence, lock_file
from tests.supply_chain.__main__ import main
from tests.supply_chain.audit import LOCKS, locked

ROOT = Path(__file__).resolve().parents[2]
RUNTIME, REQUIREMENTS = ROOT / "infra" / "gatelet_cdk" / "runtime.lock", ROOT / "requirements"
PERMISSIVE = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0"}
# Of files that are used as they are, and are in no bundle.
WEAK_COPYLEFT = {"MPL-2.0"}
# Whose metadata state none: its own licence file, and that of the axe-core in it.
STATED_ELSEWHERE = {"axe-playwright-python": "MIT AND MPL-2.0"}
HERE = Path(sys.prefix)
ENVIRONMENTS = [
    pytest.param(RUNTIME, HERE, PERMISSIVE, id="runtime"),
    pytest.param(REQUIREMENTS / "bootstrap.lock", HERE, PERMISSIVE, id="bootstrap"),
    pytest.param(REQUIREMENTS / "development.lock", HERE, PERMISSIVE | WEAK_COPYLEFT, id="development"),
    pytest.param(REQUIREMENTS / "emulator.lock", ROOT / ".venv-emulator", PERMISSIVE, id="emulator"),
]


def installed(environment):
    """Return the distributions of an environment, by the names that locks use."""
    paths = [str(path) for path in environment.glob("lib/python3.*/site-packages")]
    return {re.sub(r"[-_.]+", "-", found.name).lower(): found for found in distributions(path=paths)}


def is_allowed(expression, allowed):
    """Say whether one may choose licences of a list. SPDX, annex D.4"""
    assert not (" AND " in expression and " OR " in expression), "read this one by hand"
    if " OR " in expression:
        return any(name in allowed for name in expression.split(" OR "))
    return all(name in allowed for name in expression.split(" AND "))


@pytest.mark.parametrize(("lock", "environment", "allowed"), ENVIRONMENTS)
def test_everything_that_is_locked_is_installed_and_has_a_licence_of_the_list(lock, environment, allowed):
    found = installed(environment)
    stated = {}
    for entry in lock_file.read(lock.read_text()):
        if not entry.marker or Marker(entry.marker).evaluate():
            assert found[entry.name].version == entry.version
            stated[entry.name] = STATED_ELSEWHERE.get(entry.name) or licence.expression_of(found[entry.name].metadata)
    assert stated
    assert {name: text for name, text in stated.items() if not text or not is_allowed(text, allowed)} == {}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_exact_versions_with_hashes_and_no_address(lock):
    """The reader refuses any other line: an option, an address, a range, a distribution without a hash."""
    text = lock.read_text()
    assert list(lock_file.read(text))
    assert "://" not in text


@pytest.fixture
def pip_audit(tmp_path):
    """Return a program that answers as pip-audit does, from a function of the names it was asked about."""

    def make(answer, *, status=0):
        program = tmp_path / "pip-audit"
        program.write_text(f"""#!{sys.executable}
import json, sys
wanted = [line.split("==") for line in open(sys.argv[-1]).read().split()]
known = json.loads({json.dumps(json.dumps(answer))})
if known is None:
    sys.exit("ConnectionError: nobody is there")
print(json.dumps({{"dependencies": [{{"name": n, "version": v, **known.get(n, known["*"])}} for n, v in wanted]}}))
sys.exit({status})
""")
        program.chmod(0o755)
        return str(program)

    return make


def test_an_audit_without_a_finding_succeeds(pip_audit, capsys):
    assert main([pip_audit({"*": {"vulns": []}})]) == 0
    assert capsys.readouterr().out.startswith(f"{len(locked())} locked distributions")


def test_a_known_vulnerability_fails_the_audit_and_is_named(pip_audit, capsys):
    program = pip_audit({"*": {"vulns": []}, "pyjwt": {"vulns": [{"id": "PYSEC-2026-176"}]}}, status=1)
    assert main([program, "--may-be-unreachable"]) == 1
    assert re.search(r"VULNERABLE pyjwt \S+: PYSEC-2026-176", capsys.readouterr().out)


@pytest.mark.parametrize("answer", [{"*": {"skip_reason": "not found"}}, None], ids=["skipped", "no network"])
def test_an_audit_that_could_look_nothing_up_says_so_loudly(pip_audit, capsys, answer):
    """pip-audit itself says "No known vulnerabilities found" and succeeds."""
    program = pip_audit(answer, status=1)
    assert main([program]) == 2
    assert f"NOT AUDITED: {len(locked())} of {len(locked())}" in capsys.readouterr().out
    assert main([program, "--may-be-unreachable"]) == 0
    assert "NOT AUDITED" in capsys.readouterr().out


def test_one_distribution_that_was_not_looked_up_is_enough(pip_audit, capsys):
    assert main([pip_audit({"*": {"vulns": []}, "pyjwt": {"skip_reason": "not found"}})]) == 2
    assert "NOT AUDITED: 1 of" in capsys.readouterr().out
