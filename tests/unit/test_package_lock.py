"""What the end-to-end tests and the bench install from npm: locked by hash, from wherever npm is told to look."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["tests/e2e/javascript", "bench/peers"])
def folder(request):
    return ROOT / request.param


@pytest.fixture
def lock(folder):
    return json.loads((folder / "package-lock.json").read_text())


@pytest.fixture
def packages(lock):
    return {name: package for name, package in lock["packages"].items() if name}


def test_every_package_is_locked_by_its_hash_and_names_no_address(packages):
    assert packages
    for package in packages.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_no_package_runs_a_script_when_it_is_installed(packages):
    assert not any(package.get("hasInstallScript") for package in packages.values())


def test_versions_are_exact_and_those_of_the_lock(folder, lock, packages):
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    assert wanted == lock["packages"][""]["dependencies"]
    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version) for version in wanted.values())
    assert wanted == {name: packages[f"node_modules/{name}"]["version"] for name in wanted}
