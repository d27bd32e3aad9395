"""What the end-to-end tests install from npm: locked by hash, from wherever npm is told to look."""

from __future__ import annotations

import json
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "e2e" / "javascript"
LOCK = json.loads((FOLDER / "package-lock.json").read_text())
PACKAGES = {name: package for name, package in LOCK["packages"].items() if name}


def test_every_package_is_locked_by_its_hash_and_names_no_address():
    assert PACKAGES
    for package in PACKAGES.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_no_package_runs_a_script_when_it_is_installed():
    assert not any(package.get("hasInstallScript") for package in PACKAGES.values())


def test_versions_are_exact_and_those_of_the_lock():
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    assert wanted == LOCK["packages"][""]["dependencies"]
    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version) for version in wanted.values())
    assert wanted == {name: PACKAGES[f"node_modules/{name}"]["version"] for name in wanted}
