from __future__ import annotations

import ast
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"
GENERATORS = {"generate", "generate_private_key", "generate_parameters"}


def modules():
    """Return the syntax tree of every module that ships to Lambda."""
    return {
        ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts): ast.parse(path.read_text())
        for path in sorted(FUNCTIONS.rglob("*.py"))
    }


MODULES = modules()


def imports(tree):
    """Yield what a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(module):
    """Return every module of ours that a module needs, directly or not."""
    found, open_ends = set(), {module}
    while open_ends:
        found |= open_ends
        open_ends = {name for each in open_ends for name in imports(MODULES[each]) if name in MODULES} - found
    return found


@pytest.mark.attack("ATK-349")
def test_only_rotate_keys_can_make_keys():
    """A function that might run in a clone cannot even reach the code. NIST SP 800-90A"""
    handlers = [name for name in MODULES if name.startswith("gatelet.handlers.") and not name.endswith("__init__")]
    able = {name for name in handlers if "gatelet.oauth.key_generation" in reached(name)}
    assert able == {"gatelet.handlers.rotate_keys", "gatelet.handlers.key_rotation"}
    makers = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in GENERATORS
    }
    assert makers == {"gatelet.oauth.key_generation"}


@pytest.mark.attack("ATK-351")
def test_randomness_comes_from_the_operating_system_alone():
    """`random` and OpenSSL's generator are shared by clones of one snapshot; `secrets` and uuid4 are not."""
    banned = {"random", "ssl.RAND_bytes", "ssl.RAND_add", "uuid.uuid1", "numpy.random"}
    for module, tree in MODULES.items():
        assert not banned & set(imports(tree)), module
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not called & {"uuid1", "RAND_bytes", "getrandbits", "randint", "SystemRandom"}, module
