"""Imports go one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import resolve_name
from pathlib import Path

import pytest

from gatelet.handlers import ENDPOINTS

ROOT = Path(__file__).resolve().parents[2]
ROOTS = {"functions": ("gatelet",), "infra": ("gatelet_cdk", "app"), "cli": ("gatelet_cli",)}

# What each part may import besides itself; of the project, and for the protocol of the world too.
ARROWS = {
    "gatelet.oauth": set(),
    "gatelet.accounts": {"gatelet.oauth"},
    "gatelet.pages": set(),
    "gatelet.aws": {"gatelet.oauth", "gatelet.accounts"},
    "gatelet.handlers": {"gatelet.oauth", "gatelet.accounts", "gatelet.aws", "gatelet.pages"},
    "gatelet_cdk": {"gatelet.handlers", "gatelet.aws.settings", "gatelet_cli.costs.prices"},
    "app": {"gatelet_cdk"},
    "gatelet_cli": {"gatelet"},
}
LIBRARIES = {
    "gatelet.oauth": {"jwt", "cryptography"},
    "gatelet.accounts": {"argon2", "cryptography"},
}
IMPURE = {"datetime", "http.client", "os", "random", "socket", "subprocess", "time", "urllib.request"}


def modules():
    """Yield each module's name and file."""
    for root in ROOTS:
        for path in sorted((ROOT / root).rglob("*.py")):
            parts = path.relative_to(ROOT / root).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def part(module):
    """Return the part of the house that a module belongs to."""
    return next((name for name in ARROWS if module == name or module.startswith(f"{name}.")), None)


def imports(module):
    """Yield the absolute name of everything a module imports, wherever in it."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def belongs(name, allowed):
    return any(name == each or name.startswith(f"{each}.") for each in allowed)


MODULES = dict(modules())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_along_the_arrows(module):
    own = part(module)
    if own is None:
        assert module == "gatelet", f"{module} lies in no part of the house"
        return
    for name in imports(module):
        if belongs(name, {"gatelet", "gatelet_cdk", "gatelet_cli", "app"}):
            assert belongs(name, {own, *ARROWS[own]}), f"{module} imports {name}"


@pytest.mark.parametrize("module", [module for module in MODULES if part(module) in LIBRARIES])
def test_the_protocol_knows_no_aws_no_environment_and_no_clock(module):
    allowed = (sys.stdlib_module_names - IMPURE) | LIBRARIES[part(module)] | {"gatelet"}
    for name in imports(module):
        assert name.split(".")[0] in allowed, f"{module} imports {name}"
        assert not belongs(name, IMPURE), f"{module} imports {name}"


def test_the_infrastructure_reads_only_data_of_the_functions():
    """What a template needs of the code: endpoints, names of settings, metrics and events, and the one price list."""
    read = {
        name
        for module in MODULES
        if part(module) == "gatelet_cdk"
        for name in imports(module)
        if belongs(name, {"gatelet", "gatelet_cli"})
    }
    assert read == {
        "gatelet.aws.settings.Settings",
        "gatelet.handlers.ENDPOINTS",
        "gatelet.handlers.audit_event.Event",
        "gatelet.handlers.audit_event.SUSPICIOUS",
        *(f"gatelet.handlers.observation.{name}" for name in ("DURATION", "NAMESPACE", "OUTCOMES")),
        "gatelet_cli.costs.prices.price_list",
    }


def test_what_shows_no_page_loads_no_templates():
    """They would slow down each cold start."""
    others = {"authorizer", "event_delivery", "rotate_keys"}
    functions = {endpoint.function for endpoint in ENDPOINTS} - {"authorize"} | others
    program = f"""
import importlib, sys
for function in {sorted(functions)}:
    importlib.import_module(f"gatelet.handlers.{{function}}")
print(*[name for name in ("gatelet.pages", "jinja2") if name in sys.modules])
"""
    environment = {"PYTHONPATH": str(ROOT / "functions"), "AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == []


def test_no_module_hides_one_of_the_standard_library():
    """`functions/token.py` would hide `token`, and break inspect and dataclasses."""
    assert {path.name for path in (ROOT / "functions").glob("*.py")} == set()


@pytest.mark.parametrize("name", ["utils", "util", "helpers", "helper", "common", "misc"])
def test_a_module_is_named_after_a_noun_of_the_specifications(name):
    assert name not in {part for module in MODULES for part in module.split(".")}
